"""Wall clocks of single processes, which can be turned: `clock.c`, preloaded. Monotonic clocks are the machine's."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("clock.c")


def build_clock(folder: Path) -> Path | None:
    """None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    built = folder / "clock.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(SOURCE)], check=True)
    return built


class Clock:
    """Of a process that is started with `environment`."""

    def __init__(self, file: Path, library: Path | None) -> None:
        self._file, self._library = file, library
        self.turn(0)

    def turn(self, seconds: float) -> None:
        """It is ahead of the machine's by so much."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("d", seconds))

    @property
    def environment(self) -> dict[str, str]:
        if self._library is None:
            return {}
        return {"LD_PRELOAD": str(self._library), "CHAOS_CLOCK": str(self._file)}
