"""`ws2sse shim` as scripts drive it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.running import CHAT, ROOT, environment, process, running_shim, token, ws2sse
from tests.shim.sse_client import open_stream

WITHOUT_THE_MIGRATOR = """
import sys
for name in ("libcst", "ast_grep_py", "ruamel"):
    sys.modules[name] = None
from migrator.cli import main
main()
"""


def test_the_first_line_tells_the_addresses_and_handlers_print_elsewhere() -> None:
    with running_shim(CHAT, "--stage", "other") as addresses:
        assert addresses["stage"] == "other"
        assert addresses["stream"].endswith("/other")
        assert addresses["websocket"].startswith("ws://127.0.0.1:")
        assert addresses["aws"] == "moto"
        assert httpx.get(addresses["base"] + "/healthz").json() == {"status": "ok"}
        assert httpx.get(addresses["web"]).status_code == 200
        with open_stream(addresses["stream"], {"token": token("ana")}) as client:
            client.send("not json")  # its handler prints a line of log
            assert json.loads(client.next().data)["error"]["message"] == "message is not JSON"


def test_it_says_that_aws_is_played() -> None:
    command = [sys.executable, "-m", "migrator.cli", "shim", str(CHAT), "--port", "0"]
    with process(command, ROOT, environment()) as shim:
        assert shim.stdout is not None
        assert shim.stdout.readline().startswith("WebSocket clients")
        shim.terminate()
        talk = shim.communicate(timeout=20)[1]

    assert "AWS calls of the handlers are answered by moto in this process" in talk


def test_the_shim_runs_without_the_libraries_of_the_migrator(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.json"
    inventory.write_text(ws2sse("scan", CHAT, "--format", "json").stdout)
    arguments = ["shim", str(CHAT), "--inventory", str(inventory), "--port", "0", "--format", "json"]
    with process([sys.executable, "-c", WITHOUT_THE_MIGRATOR, *arguments], ROOT, environment()) as shim:
        assert shim.stdout is not None
        line = shim.stdout.readline()
        assert line, shim.communicate()[1]
        with open_stream(json.loads(line)["stream"], {"token": token("ana")}) as client:
            client.send('{"type": "ping", "echo": 1}')
            assert json.loads(client.next().data) == {"type": "pong", "echo": 1}


def test_a_missing_library_is_named_with_the_extra_that_has_it() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_MIGRATOR, "scan", str(CHAT)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 2
    assert "pip install 'ws2sse[migrator]'" in finished.stderr


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"application": "x", "surprise": 1}'])
def test_an_inventory_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "inventory.json").write_text(text)
    finished = ws2sse("shim", CHAT, "--inventory", tmp_path / "inventory.json", "--port", "0")

    assert finished.returncode == 2
    assert "is not an inventory of this version" in finished.stderr
