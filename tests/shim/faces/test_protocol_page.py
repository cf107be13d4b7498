"""docs/protocol.md: every command on the page, run as it stands there."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shim.faces.options import FaceOptions
from tests.shim.faces.facing import Faced, facing
from tests.shim.sse_client import SseClient, open_stream

PAGE = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def shim() -> Iterator[Faced]:
    with facing(FaceOptions(body_s=5)) as shim:
        yield shim


def run(shim: Faced, command: str, client: SseClient | None = None) -> str:
    """What it prints; a stream is read for a second."""
    here = command.replace("http://127.0.0.1:8000/dev", shim.address).replace("curl ", "curl -sS --max-time 1 ")
    session = "" if client is None else client.session
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", here],
        env={"PATH": "/usr/bin:/bin", "SESSION": session},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 28 or not done.returncode, done.stderr  # 28: a stream that went on
    return done.stdout.decode()


def command(words: str) -> str:
    (found,) = [command for command in COMMANDS if words in command]
    return found


def test_every_command_of_the_page_is_tried_here() -> None:
    tried = ["-N http://127.0.0.1:8000/dev -H", "/ticket", "chat", "printf", "Prefer"]

    assert len(COMMANDS) == len(tried)
    assert all(any(words in command for words in tried) for command in COMMANDS)


def test_opening(shim: Faced) -> None:
    printed = run(shim, command("-N http://127.0.0.1:8000/dev -H"))

    assert re.match(r"retry: \d+\n+event: open\nid: [0-9a-f]{8}-0\ndata: \{\"connectionId\": ", printed)


def test_a_ticket(shim: Faced) -> None:
    ask, _comment, use = command("/ticket").splitlines()
    ticket = json.loads(run(shim, ask))

    assert ticket == {"ticket": ticket["ticket"], "expiresIn": 30}
    assert "event: open" in run(shim, use.replace("st1.Zq3…", ticket["ticket"]))
    assert shim.functions.connects[0]["queryStringParameters"] == {"room": "42"}


def test_sending(shim: Faced) -> None:
    with open_stream(shim.address) as client:
        assert list(json.loads(run(shim, command('"text": "hello"'), client))) == ["messageId"]
        assert json.loads(client.next().data)["message"] == "Forbidden"


def test_a_batch(shim: Faced) -> None:
    with open_stream(shim.address) as client:
        assert len(json.loads(run(shim, command("printf"), client))["messageIds"]) == 2
        assert [json.loads(client.next().data)["message"] for _ in range(2)] == ["Forbidden"] * 2


def test_waiting(shim: Faced) -> None:
    with open_stream(shim.address) as client:
        printed = run(shim, command("Prefer"), client)

    assert printed.startswith("HTTP/1.1 200 OK")
    assert "preference-applied: wait" in printed
    assert '"Forbidden"' in printed
