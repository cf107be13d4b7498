"""What a page tells its reader to type, typed: its marked blocks in a shell, on other ports and addresses."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running import ROOT, environment, process


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Page:
    """`other`: what is typed in place of what the page says."""

    def __init__(self, path: str, other: Mapping[str, str]) -> None:
        self.text = (ROOT / path).read_text("utf-8")
        self._path = path
        self._other = other

    def block(self, name: str, **values: str) -> str:
        """The shell block of this name. `values`: of variables that the page leaves open as `NAME=…`."""
        found = re.search(rf"<!-- run: {name} -->\n```sh\n(.*?)```", self.text, re.DOTALL)
        assert found, f"{self._path} has no block {name}"
        script = found[1].replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        for said, meant in self._other.items():
            script = script.replace(said, meant)
        for variable, value in values.items():
            assert f"{variable}=…" in script
            script = script.replace(f"{variable}=…", f"{variable}={value}")
        return script

    @contextmanager
    def running(
        self, name: str, values: Mapping[str, str] | None = None, **variables: str
    ) -> Iterator[subprocess.Popen[str]]:
        """A block whose last command does not end by itself. `values`: as for `block`; `variables`: of its
        environment."""
        *before, last = self.block(name, **(values or {})).rstrip().split("\n")
        script = "\n".join([*before, f"exec {last}"])
        with process(["bash", "-ec", script], ROOT, environment(**variables), stdin=subprocess.PIPE) as running:
            yield running

    def run(self, name: str, **values: str) -> str:
        """What the block prints."""
        finished = subprocess.run(
            ["bash", "-ec", self.block(name, **values)],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout


def wait_until_it_answers(port: int) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("it did not answer in 90 s")


def data_with(stream: subprocess.Popen[str], word: str) -> dict[str, object]:
    """The next data of an event stream that has this word in it."""
    found: dict[str, object] = json.loads(line_with(stream, word, "data: "))
    return found


def line_with(running: subprocess.Popen[str], word: str, begin: str = "") -> str:
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith(begin) and word in line:
            return line.removeprefix(begin)
    raise AssertionError(f"it ended without {word}")
