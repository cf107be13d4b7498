"""Where a server spends its time: `perf` for the kernel and C, py-spy for Python, whichever is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import PROC

TOOLS = Path(__file__).parent / "build" / "tools" / "bin"
"""Where `PROFILE=1 bench/install` puts py-spy."""
SAMPLES_PER_S = 1_999
SHOWN = 40


class Profiles:
    """Writes one text file for each phase into `folder`. A profiled run is slower: its numbers are not for reports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._perf = shutil.which("perf")
        self._py_spy = shutil.which("py-spy") or shutil.which("py-spy", path=str(TOOLS))
        if self._perf is None and self._py_spy is None:
            raise FileNotFoundError("neither perf (Debian: linux-perf) nor py-spy (PyPI) is installed")
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def phase(self, name: str, pids: list[int]) -> Iterator[None]:
        """Samples while the phase runs. py-spy looks at the first Python process, perf at all."""
        stem = self.folder / name.replace(" ", "-")
        recorders = []
        if self._perf:
            command = [self._perf, "record", "-q", "-F", str(SAMPLES_PER_S), "-g", "-o", f"{stem}.perf"]
            recorders.append(subprocess.Popen([*command, "-p", ",".join(map(str, pids))], stderr=subprocess.DEVNULL))
        python = next((pid for pid in pids if "python" in (PROC / str(pid) / "comm").read_text()), None)
        if self._py_spy and python is not None:
            command = [self._py_spy, "record", "-p", str(python), "-r", "200", "-f", "raw", "-o", f"{stem}.stacks"]
            recorders.append(
                subprocess.Popen([*command, "-d", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            )
        try:
            yield
        finally:
            for recorder in recorders:
                recorder.send_signal(2)
            for recorder in recorders:
                recorder.wait(60)
            self._summarise(stem)

    def _summarise(self, stem: Path) -> None:
        parts = []
        perf, stacks = Path(f"{stem}.perf"), Path(f"{stem}.stacks")
        if self._perf and perf.exists():
            for keys in ("dso", "dso,symbol"):
                command = [self._perf, "report", "-i", str(perf), "--stdio", "--no-children", "-g", "none", "-s", keys]
                said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
                lines = [line for line in said.splitlines() if line.strip() and not line.startswith("#")]
                parts.append("\n".join([f"perf by {keys}", *lines[:SHOWN]]))
            perf.unlink()
        if stacks.exists():
            parts.append(python_summary(stacks.read_text()))
            stacks.unlink()
        Path(f"{stem}.txt").write_text("\n\n".join(parts) + "\n")


def python_summary(stacks: str) -> str:
    """Functions by the samples in which they were innermost, of py-spy's raw format: `a;b;c 12`."""
    own: Counter[str] = Counter()
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        if stack:
            own[stack.rpartition(";")[2]] += int(count)
    total = sum(own.values()) or 1
    lines = [f"{count / total:7.2%}  {name}" for name, count in own.most_common(SHOWN)]
    return "\n".join([f"py-spy, {total} samples, by the innermost function", *lines])
