"""The whole of a comparison: files loaded, noise learned, sessions compared and judged, the JSON report written."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

from bench.compare import chat
from bench.statistics import spread
from shim.dualrun.evaluate import evaluate
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.report.forms import write_report
from shim.dualrun.report.report import build_report

SESSION_EVENTS = 1_800
"""Events of a session in one recording."""

DIFFERENCES = 6
MOST_S, MOST_MB = 60.0, 1_000.0

PARTS = ("load_s", "evaluate_s", "report_s")


def main(events: int, rounds: int) -> None:
    """`events`: of two legacy runs and a candidate together. One process on one core for each round.

    Ends with 1 when a goal is missed. A core that others use too makes processor time longer by up to a half.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chat.write(folder, _sessions(events), events // 3, differences=DIFFERENCES)
        measured = [_round(folder, events) for _ in range(rounds)]
    for key in (*PARTS, "whole_s", "naive_s", "times_naive", "peak_mb"):
        found = spread([each[key] for each in measured])
        assert found is not None
        print(f"{key:12} {found.median:8.1f} ({found.least:.1f}-{found.most:.1f})")
    print(
        f"{measured[0]['events']:,} events, verdict {measured[0]['verdict']}, {measured[0]['differences']} differences"
    )
    fast = min(each["whole_s"] for each in measured) < MOST_S
    small = max(each["peak_mb"] for each in measured) < MOST_MB
    print(f"under {MOST_S:g} s: {'met' if fast else 'MISSED'}; under {MOST_MB:g} MB: {'met' if small else 'MISSED'}")
    sys.exit(not (fast and small))


def _sessions(events: int) -> int:
    return max(DIFFERENCES, round(events / 3 / SESSION_EVENTS))


def _round(folder: Path, events: int) -> dict[str, Any]:
    command = (sys.executable, "-m", "bench.compare", "--here", str(folder), "--events", str(events))
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    if found["differences"] != DIFFERENCES:
        raise SystemExit(f"{found['differences']} differences where there are {DIFFERENCES}")
    return found


def measure(folder: Path, events: int) -> dict[str, Any]:
    """Seconds of processor time, and MB of memory at most."""
    sessions = chat.sessions(_sessions(events))
    moments = [time.process_time()]
    files = (folder / "legacy.jsonl", folder / "candidate.jsonl")
    runs = [part.recording for file in files for part in load_recordings(file).parts]
    moments.append(time.process_time())
    evaluation = evaluate(sessions, (runs[0], runs[1]), runs[2])
    moments.append(time.process_time())
    report = build_report(evaluation, sessions, application="chat", legacy="legacy", candidate="candidate")
    (folder / "report.json").write_text(write_report(report, "json"), "utf-8")
    moments.append(time.process_time())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    parts = [after - before for before, after in pairwise(moments)]
    naive = _naive(files)
    return {
        **dict(zip(PARTS, parts, strict=True)),
        "whole_s": sum(parts),
        "naive_s": naive,
        "times_naive": sum(parts) / naive,
        "peak_mb": peak,
        "events": sum(len(run.events) for run in runs),
        "verdict": report.verdict,
        "differences": len(report.unexplained),
    }


def _naive(files: tuple[Path, Path]) -> float:
    """Seconds for reading the same lines, and comparing each event with the one at its position, as JSON.

    It finds everything different, since each message has an id of its own.
    """
    began = time.process_time()
    runs: list[list[Any]] = []
    for file in files:
        with file.open("rb") as lines:
            for line in lines:
                record = json.loads(line)
                if "format" in record:
                    runs.append([])
                elif record.get("direction") != "sent" and "text" in record and record["text"].startswith("{"):
                    runs[-1].append(json.loads(record["text"]))
    for other in runs[1:]:
        _ = sum(a != b for a, b in zip_longest(runs[0], other))
    return time.process_time() - began
