"""`python -m bench.scan`: rounds of `git grep` and `ws2sse scan` in turn over one tree, and the goals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import monotonic, sleep

import click

from bench.scan.tree import FILES, HITS, WORDS, make
from bench.statistics import spread

TIMES_GREP, AT_LEAST_S, MOST_MIB = 5.0, 3.0, 300.0


@click.command()
@click.option("--rounds", default=5, show_default=True)
def main(rounds: int) -> None:
    """Makes the tree, measures, and ends with 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        tree, compiled = Path(name) / "tree", Path(name) / "compiled"
        tree.mkdir()
        make(tree)
        size = sum(path.stat().st_size for path in tree.rglob("*.py")) / 1e6
        grep = ["git", "grep", "-l", "-F", *(part for word in WORDS for part in ("-e", word.decode()))]
        scan = [sys.executable, "-m", "migrator.cli", "scan", ".", "--format", "json"]
        greps, scans, peaks = [], [], []
        for _ in range(rounds + 1):
            greps.append(_timed(grep, tree, compiled)[0])
            seconds, peak, told = _timed(scan, tree, compiled)
            scans.append(seconds)
            peaks.append(peak)
            routes = json.loads(told)["apis"][0]["routes"]
            if len(routes) != HITS:
                sys.exit(f"the scan found {len(routes)} of {HITS} planted routes")
    greps, scans, peaks = greps[1:], scans[1:], peaks[1:]
    for name, values, unit in (("git grep", greps, "s"), ("scan", scans, "s"), ("peak memory", peaks, "MiB")):
        click.echo(f"{name:12} {_shown(values)} {unit}")
    ratios = [scan / grep for scan, grep in zip(scans, greps, strict=True)]
    click.echo(f"{'scan : grep':12} {_shown(ratios)}   ({FILES} files, {size:.0f} MB, {HITS} hits)")
    median_scan, median_grep = sorted(scans)[rounds // 2], sorted(greps)[rounds // 2]
    fast = median_scan <= max(TIMES_GREP * median_grep, AT_LEAST_S)
    small = max(peaks) < MOST_MIB
    click.echo(f"at most {TIMES_GREP:g} x git grep or {AT_LEAST_S:g} s: {'met' if fast else 'MISSED'}")
    click.echo(f"under {MOST_MIB:g} MiB: {'met' if small else 'MISSED'}")
    sys.exit(not (fast and small))


def _shown(values: list[float]) -> str:
    found = spread(values)
    assert found is not None
    return f"{found.median:.2f} ({found.least:.2f}-{found.most:.2f})"


def _timed(command: list[str], folder: Path, compiled: Path) -> tuple[float, float, str]:
    """Seconds, the peak of resident memory of it and all its children together in MiB, and what it said.

    `compiled`: where Python keeps bytecode, as it does beside the modules of whoever installed them."""
    root = Path(__file__).resolve().parent.parent.parent
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begun = monotonic()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "PYTHONPATH": str(root), "PYTHONPYCACHEPREFIX": str(compiled)},
    )
    peak, ended = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.is_set():
            peak = max(peak, _resident(process.pid))
            sleep(0.02)

    watching = threading.Thread(target=watch)
    watching.start()
    out, _ = process.communicate()
    ended.set()
    watching.join()
    return monotonic() - begun, peak / 2**20, out.decode("utf-8", "replace")


def _resident(pid: int) -> float:
    """Bytes of the process and its descendants; shared pages count once for each."""
    total = 0.0
    try:
        total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return total
    return total + sum(_resident(int(child)) for child in children)


if __name__ == "__main__":
    main()
