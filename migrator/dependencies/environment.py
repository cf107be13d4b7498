"""An environment for an application's requirements, made once for them and used again."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from migrator.dependencies.declared import Requirements
from migrator.errors import WsSseError
from shim.redaction import redact

LIMIT_S: Final = 900.0
"""Seconds for making the environment, and as many for filling it."""

LAST_LINES: Final = 12
"""Of pip, that an error quotes."""


class NotInstalled(WsSseError):
    """Raised when pip did not install what an application requires. `said`: its last lines, without secrets."""

    def __init__(self, files: Sequence[str], problem: str, said: Sequence[str], *, builds: bool) -> None:
        self.files, self.problem, self.said, self.builds = tuple(files), problem, tuple(said), builds
        super().__init__(files, problem, said)

    def __str__(self) -> str:
        quoted = "\n".join(f"  {line}" for line in self.said)
        advice = "Where a package is private, tell pip its index with PIP_INDEX_URL or pip.conf."
        if not self.builds:
            advice += " Where a package has no wheel for this Python, --allow-builds runs its own build code."
        advice += " Without --install what is missing is told as a handler that can't be imported."
        return f"What {', '.join(self.files)} requires could not be installed: {self.problem}.\n{quoted}\n{advice}"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where environments are kept: XDG_CACHE_HOME/ws2sse/dependencies, else below ~/.cache.

    https://specifications.freedesktop.org/basedir-spec/latest/
    """
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "ws2sse" / "dependencies"


def installed(requirements: Requirements, cache: Path, *, builds: bool) -> Path:
    """The folder of site-packages. Made beside its place and renamed, so it is there as a whole or not at all.

    `builds`: whether code of packages may run while they are installed; else only wheels are. Raises NotInstalled.
    """
    lines = [*requirements.lines, *(requirements.build if builds else ())]
    ready = cache / _key(lines, builds)
    if not ready.is_dir():
        try:
            _make(lines, cache, ready, requirements.files, builds)
        except OSError as error:
            problem = f"{cache}: {error.strerror or error}"
            raise NotInstalled(requirements.files, problem, (), builds=builds) from error
    return Path(sysconfig.get_path("purelib", "venv", vars={"base": str(ready)}))


def _key(lines: Sequence[str], builds: bool) -> str:
    """Of what is asked for and for which Python, whose name stands first, for people."""
    asked = "\n".join((sys.version, sys.platform, str(builds), *lines))
    digest = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"python{sys.version_info.major}.{sys.version_info.minor}-{digest}"


def _make(lines: Sequence[str], cache: Path, ready: Path, files: Sequence[str], builds: bool) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=cache, prefix=f".{ready.name}."))
    try:
        _install(lines, made, files, builds)
        _put(made, ready)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _put(made: Path, ready: Path) -> None:
    try:
        made.rename(ready)
    except OSError:
        if not ready.is_dir():  # another run was first
            raise


def _install(lines: Sequence[str], made: Path, files: Sequence[str], builds: bool) -> None:
    asked = made / "requirements.txt"
    asked.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--progress-bar", "off"]
    wheels = [] if builds else ["--only-binary", ":all:"]
    python = made / ("Scripts" if os.name == "nt" else "bin") / "python"
    # The pip that is there installs into the environment as well as one of its own, which takes long to get.
    here = find_spec("pip") is not None
    pip = [sys.executable, "-I", "-m", "pip", "--python", str(python)] if here else [str(python), "-I", "-m", "pip"]
    for command in (
        [sys.executable, "-I", "-m", "venv", *(["--without-pip"] if here else []), str(made)],
        [*pip, "install", *options, *wheels, "--requirement", str(asked)],
    ):
        try:
            ended = subprocess.run(  # noqa: S603 - our own words; the file has nothing but requirements
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S, check=False, cwd=made
            )
        except subprocess.TimeoutExpired:
            raise NotInstalled(files, f"it was not done after {LIMIT_S:g} s", (), builds=builds) from None
        if ended.returncode:
            said = _last_lines(ended.stdout + b"\n" + ended.stderr)
            raise NotInstalled(files, f"pip ended with status {ended.returncode}", said, builds=builds)


def _last_lines(said: bytes) -> list[str]:
    text = re.sub(r"[^\S\n]+$", "", said.decode("utf-8", "replace"), flags=re.MULTILINE)
    return [redact(line)[:500] for line in text.splitlines() if line.strip()][-LAST_LINES:]
