"""The load generator as a process: compiled when its sources are newer, spoken to in lines."""

from __future__ import annotations

import json
import select
import subprocess
from pathlib import Path
from typing import Any, Self

from bench.processes import on_core

SOURCES = Path(__file__).parent / "loadgen"
BUILD = Path(__file__).parent / "build"


class GeneratorFailed(Exception):
    """Raised when the load generator ended or said nothing for too long."""

    def __init__(self, command: str, why: str) -> None:
        self.command, self.why = command, why
        super().__init__(command, why)

    def __str__(self) -> str:
        return f"the load generator {self.why} after: {self.command}"


def build_generator(folder: Path = BUILD) -> Path:
    """The path of the compiled program. Raises CalledProcessError with the compiler's words."""
    program = folder / "loadgen"
    sources = sorted(SOURCES.glob("*.c"))
    newest = max(path.stat().st_mtime for path in SOURCES.iterdir())
    if not program.exists() or program.stat().st_mtime < newest:
        folder.mkdir(parents=True, exist_ok=True)
        flags = ["-O2", "-std=gnu17", "-Wall", "-Wextra", "-Werror"]
        subprocess.run(["gcc", *flags, "-o", str(program), *map(str, sources)], check=True)
    return program


class Generator:
    """One generator. Its streams live until it is closed. `core` None: wherever the kernel puts it."""

    def __init__(self, core: int | None = None) -> None:
        program = build_generator()
        self.process = subprocess.Popen(on_core(core, [str(program)]), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ask(self, command: str, *, timeout_s: float = 180.0, **options: object) -> dict[str, Any]:
        """Sends one command and waits for its answer. Raises GeneratorFailed."""
        line = " ".join([command, *(f"{name}={value}" for name, value in options.items() if value is not None)])
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(line.encode() + b"\n")
        stdin.flush()
        if not select.select([stdout], [], [], timeout_s)[0]:
            raise GeneratorFailed(line, f"said nothing for {timeout_s:.0f} s")
        answer = stdout.readline()
        if not answer:
            raise GeneratorFailed(line, f"ended with status {self.process.wait()}")
        result: dict[str, Any] = json.loads(answer)
        return result
