"""Faults that are put into a migrated application, one at a time, are found and called by their right name.

The legacy path is recorded once; each spoiled application runs as a process of its own, over real sockets.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running import CHAT, ws2sse
from tests.walk.spoiling import Legacy, judge, record_twice, spoil

SESSIONS = {
    "refused connects",
    "connects",
    "chat: good messages",
    "ping: good messages",
    "disconnect, reconnect and resume",
}
"""Enough for every fault below; `make demo` runs all."""


@pytest.fixture(scope="module")
def legacy() -> Legacy:
    return record_twice(SESSIONS)


@pytest.mark.slow
def test_without_a_fault_nothing_is_found(legacy: Legacy, migrated_chat: Path) -> None:
    evaluation = judge(legacy, migrated_chat)

    assert evaluation.judgement.verdict == "PASS"
    assert evaluation.unexplained == ()


SEND = 'if self.send_message(connection["connection_id"], message):'

FAULTS = {
    "the broadcast misses one member": (
        "tenant_chat/connections.py",
        SEND,
        'if message["type"] == "chat_message" and connection["user_id"].startswith("carol") or '
        + SEND.removeprefix("if "),
        "missing",
    ),
    "the sender is not excluded": (
        "tenant_chat/connections.py",
        "                continue\n",
        '                if message["type"] == "chat_message":\n                    '
        + SEND[3:-1]
        + "\n                continue\n",
        "extra",
    ),
    "the broadcast reaches another tenant": (
        "tenant_chat/connections.py",
        "found = streams.find(tenant_id=tenant_id)\n",
        "found = streams.find(tenant_id=tenant_id)\n"
        '        if message["type"] == "chat_message":\n'
        "            for stranger in streams.find():\n"
        '                if stranger["tenant_id"] != tenant_id:\n'
        '                    self.send_message(stranger["connection_id"], message)\n',
        "misrouted",
    ),
    "two answers change places": (
        "tenant_chat/messages.py",
        '    return {"type": "chat_delivered", "id": message_id, "recipients": recipients}\n',
        '    connections.send_message(connection_id, {"type": "chat_accepted", "id": message_id, "text": text})\n',
        "reordered",
    ),
    "a message is sent twice": (
        "tenant_chat/connections.py",
        "            streams.send(connection_id, json.dumps(message).encode())\n",
        "            streams.send(connection_id, json.dumps(message).encode())\n"
        '            if message["type"] == "chat_message":\n'
        "                streams.send(connection_id, json.dumps(message).encode())\n",
        "duplicate",
    ),
    "a field has another value": (
        "tenant_chat/messages.py",
        '"from": sender["user_id"]',
        '"from": sender["tenant_id"]',
        "payload",
    ),
    "a field is gone": ("tenant_chat/messages.py", '            "text": text,\n', "", "payload"),
    "a refused connect is accepted": (
        "tenant_chat/authorizer.py",
        'options={"require": ["user_id", "tenant_id"]}',
        'options={"require": ["user_id", "tenant_id"], "verify_signature": False}',
        "lifecycle",
    ),
    "a connect is refused with another status": (
        "tenant_chat/authorizer.py",
        'raise HTTPException(401, "Unauthorized") from error',
        'raise HTTPException(403, "Unauthorized") from error',
        "lifecycle",
    ),
    "a disconnect is not noticed": ("handlers.py", "    if connection is not None:\n", "    if False:\n", "lifecycle"),
    "a handler fails": (
        "tenant_chat/messages.py",
        '    return {"type": "pong", "echo": message.get("echo")}\n',
        '    return {"type": "pong", "echo": message["no such key"]}\n',
        "error_shape",
    ),
}


ALSO = {
    # what reaches strangers only, the legacy path has sent to nobody
    "the broadcast reaches another tenant": ("extra",),
    # who got in by mistake hears of those who come after
    "a refused connect is accepted": ("extra",),
    # and the answer that it should have given is not there
    "a handler fails": ("missing",),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.slow
def test_a_fault_is_found_and_called_by_its_name(
    legacy: Legacy, migrated_chat: Path, tmp_path: Path, fault: str
) -> None:
    path, before, after, expected = FAULTS[fault]
    edits = [(path, before, after)]
    if expected == "reordered":  # the first answer moves behind the last one
        accepted = (
            '    connections.send_message(connection_id, {"type": "chat_accepted", "id": message_id, "text": text})\n'
        )
        delivered = (
            "    connections.send_message(\n        connection_id,"
            ' {"type": "chat_delivered", "id": message_id, "recipients": recipients}\n    )\n'
        )
        edits = [(path, accepted, ""), (path, before, delivered + after)]
    evaluation = judge(legacy, spoil(migrated_chat, tmp_path, edits))

    assert evaluation.judgement.verdict == "FAIL"
    found = {difference.kind for difference in evaluation.unexplained}
    assert expected in found
    assert found <= {expected, *ALSO.get(fault, ())}
    assert any(difference.critical for difference in evaluation.unexplained) == (expected == "misrouted")


SOMEBODY_LEAVES = """
version: 1
clients:
  alice: {identity: alice}
  bob: {identity: bob}
sessions:
  - name: somebody leaves
    steps:
      - connect: alice
      - connect: bob
      - close: alice
      - expect: bob
        message: {type: presence, event: left}
"""


@pytest.mark.slow
def test_the_command_says_fail_and_shows_the_first_divergence(migrated_chat: Path, tmp_path: Path) -> None:
    path, before, after, expected = FAULTS["a disconnect is not noticed"]
    spoiled = spoil(migrated_chat, tmp_path, [(path, before, after)])
    report, scenario = tmp_path / "verify.json", tmp_path / "leaving.yaml"
    scenario.write_text(SOMEBODY_LEAVES)
    finished = ws2sse("verify", CHAT, spoiled, "--sessions", scenario, "--report", report)

    assert finished.returncode == 1, finished.stderr
    assert finished.stdout.startswith("FAIL")
    assert "first divergence: lifecycle" in finished.stdout
    assert "legacy: what" in finished.stdout
    written = json.loads(report.read_text())
    assert written["verdict"] == "FAIL"
    assert written["differences"][0]["class"] == expected
