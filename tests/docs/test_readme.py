"""What the README tells a stranger to type is typed here, and its links lead somewhere."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from migrator.cli import COMMANDS, MORE
from tests.running import ROOT, environment, invoke, process

README = (ROOT / "README.md").read_text()
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "examples" / "chat" / "README.md"])


def block(name: str, port: int) -> str:
    """The shell block that the README marks with this name, on another port and with the tests' Python."""
    found = re.search(rf"<!-- run: {name} -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert found, f"the README has no block {name}"
    return (
        found.group(1)
        .replace(":8000", f":{port}")
        .replace("--port 8000", f"--port {port}")
        .replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    )


@contextmanager
def shell(script: str) -> Iterator[subprocess.Popen[str]]:
    with process(
        ["bash", "-c", script.replace("\ncurl", "\nexec curl").replace("\n/", "\nexec /")], ROOT, environment()
    ) as running:
        yield running


def test_curl_alone_can_take_part() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with shell(block("shim", port)):
        wait_for(f"http://127.0.0.1:{port}/healthz")
        with shell(block("stream", port)) as stream:
            assert stream.stdout is not None
            opened = json.loads(data_line(stream, "session"))
            post = block("post", port)
            assert "SESSION=…" in post
            said = subprocess.run(
                ["bash", "-c", post.replace("SESSION=…", f"SESSION={opened['session']}")],
                capture_output=True,
                text=True,
                check=True,
            )
            accepted = json.loads(data_line(stream, "chat_accepted"))

    assert json.loads(said.stdout).keys() == {"messageId"}
    assert accepted["text"] == "hello from curl"


def wait_for(address: str) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            httpx.get(address, timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} did not answer in 120 s")


def data_line(stream: subprocess.Popen[str], word: str) -> str:
    assert stream.stdout is not None
    for line in stream.stdout:
        if line.startswith("data: ") and word in line:
            return line.removeprefix("data: ")
    raise AssertionError(f"the stream ended without {word}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    lost = [link for link in links if not (page.parent / link).exists()]

    assert lost == []


@pytest.mark.parametrize("command", [*COMMANDS, *MORE])
def test_every_command_has_help_with_examples(command: str) -> None:
    shown = invoke(command, "--help")

    assert shown.returncode == 0
    assert f"ws2sse {command}" in shown.stdout.partition("Example")[2]


@pytest.mark.parametrize("command", ["scan", "shim", "migrate", "verify", "checklist", "teardown"])
def test_every_step_of_the_walk_is_in_the_readme(command: str) -> None:
    assert f"ws2sse {command}" in README
