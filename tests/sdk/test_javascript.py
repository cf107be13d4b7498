"""The AWS SDK for JavaScript v3, unchanged, under Node: calls, modelled exceptions, retries."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shim.faces.management import ManagementOptions
from shim.streams import StreamLimits
from tests.sdk.cutting import cutting
from tests.shim.faces.managed import UNKNOWN, Managed, managed
from tests.shim.sse_client import open_stream

HERE = Path(__file__).parent
NODE = shutil.which("node")


def calls(endpoint: str, *wanted: dict[str, Any], max_attempts: int = 3) -> list[dict[str, Any]]:
    if NODE is None or not (HERE / "node_modules").exists():
        reason = "node or its packages (scripts/install) are not installed, so the JavaScript SDK was not tested"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run(
        [NODE, str(HERE / "calls.mjs")],
        input=json.dumps({"endpoint": endpoint, "calls": wanted, "maxAttempts": max_attempts}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes: list[dict[str, Any]] = json.loads(done.stdout)
    return outcomes


def post(connection_id: str, text: str = "x") -> dict[str, Any]:
    return {"command": "PostToConnection", "id": connection_id, "text": text}


def test_gone_and_too_large_are_modelled_exceptions(shim: Managed) -> None:
    commands = ("PostToConnection", "GetConnection", "DeleteConnection")
    gone = [{"command": command, "id": UNKNOWN, "text": "x"} for command in commands]
    *of_unknown, too_large = calls(shim.endpoint, *gone, post(shim.open(), "x" * 131_073))

    assert [(outcome["status"], outcome["modelled"]) for outcome in of_unknown] == [(410, "GoneException")] * 3
    assert (too_large["status"], too_large["modelled"]) == (413, "PayloadTooLargeException")
    assert "131072" in too_large["message"]


def test_limit_exceeded_is_a_modelled_exception() -> None:
    with managed(limits=StreamLimits(replay_bytes=300_000)) as shim, open_stream(shim.endpoint) as reader:
        url = shim.address(reader.connection_id)
        while shim.call("POST", url, b"x" * 131_072).status_code == 200:
            pass
        [outcome] = calls(shim.endpoint, post(reader.connection_id, "x" * 131_072), max_attempts=1)

    assert (outcome["status"], outcome["modelled"]) == (429, "LimitExceededException")


def test_forbidden_is_a_modelled_exception(shim: Managed) -> None:
    [another_stage] = calls(shim.endpoint.replace("/prod", "/dev"), post(UNKNOWN))
    with managed(ManagementOptions()) as closed:
        [unconfigured] = calls(closed.endpoint, post(UNKNOWN))

    for outcome in (another_stage, unconfigured):
        assert (outcome["status"], outcome["modelled"]) == (403, "ForbiddenException")
    assert "No credentials are configured" in unconfigured["message"]


def test_wrong_keys_are_an_error_that_says_so(shim: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    [outcome] = calls(shim.endpoint, post(UNKNOWN), max_attempts=1)

    assert (outcome["status"], outcome["name"]) == (403, "InvalidSignatureException")


def test_text_and_bytes_arrive(shim: Managed) -> None:
    with open_stream(shim.endpoint) as reader:
        binary = {
            "command": "PostToConnection",
            "id": reader.connection_id,
            "base64": base64.b64encode(b"\xff\x00\xfe").decode(),
        }
        outcomes = calls(shim.endpoint, post(reader.connection_id, "text, café"), binary)
        text, other = reader.next(), reader.next()

    assert [outcome["status"] for outcome in outcomes] == [200, 200]
    assert all(len(outcome["requestId"]) == 36 for outcome in outcomes)
    assert text.data == "text, café"
    assert (other.type, other.data) == ("binary", "/wD+")


def test_get_and_delete(shim: Managed) -> None:
    with open_stream(shim.endpoint) as reader:
        wanted = [{"command": command, "id": reader.connection_id} for command in ("GetConnection", "DeleteConnection")]
        told, deleted = calls(shim.endpoint, *wanted)
        last = reader.rest()[-1]

    assert told["answer"]["Identity"]["SourceIp"] == "127.0.0.1"
    assert told["answer"]["ConnectedAt"].startswith("20")  # a Date, as JSON
    assert deleted["status"] == 204
    assert last.type == "close"


def test_ids_of_every_form(shim: Managed) -> None:
    ids = [shim.open(connection_id) for connection_id in ("AAAA-_-_-_-_-_C=", "_______________C", "-AAAAAAAAAAAAC==")]

    assert [outcome["status"] for outcome in calls(shim.endpoint, *map(post, ids))] == [200, 200, 200]


def test_a_retry_after_a_lost_answer_delivers_once(shim: Managed) -> None:
    with open_stream(shim.endpoint) as reader, cutting(shim.port) as port:
        wanted = (post(reader.connection_id, "once"), post(reader.connection_id, "last"))
        first, second = calls(f"http://127.0.0.1:{port}/prod", *wanted)

        assert (first["status"], first["attempts"]) == (200, 2)
        assert second["status"] == 200
        assert [reader.next().data, reader.next().data] == ["once", "last"]
