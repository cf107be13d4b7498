"""Bugs that people make when they move such code, in the migrated example: each is found, and called by its name."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from migrator.commands.verify_repro import write_repro
from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.judge.verdict import NO_ROUTE
from shim.dualrun.record.scenario import Send
from shim.dualrun.record.spoof import Spoof
from tests.running import CHAT as CHAT_APP
from tests.running import invoke
from tests.walk.spoiling import Edit, Legacy, record_twice, report_of, run_candidate, spoil

pytestmark = pytest.mark.slow

COMES_AND_GOES = "disconnect, reconnect and resume"
CHAT = "chat: good messages"
SPECIAL = "chat: other messages"
PING = "ping: good messages"
REFUSED = "refused connects"
CONNECTS = "connects"
SPOOFS = "nobody speaks for somebody else"

MOST_MESSAGES = 10
MOST_REPLAYS = 20
"""Of sessions, to find the shortest one."""

CONNECTIONS = "tenant_chat/connections.py"
MESSAGES = "tenant_chat/messages.py"
ROUTER = "tenant_chat/router.py"
AUTHORIZER = "tenant_chat/authorizer.py"
STREAM = "sse_service/stream.py"
CALLER = "sse_service/caller.py"

SEND = "            streams.send(connection_id, json.dumps(message).encode())\n"
FIND = "found = streams.find(tenant_id=tenant_id)\n"
REPLY = "            self.connections.send_message(connection_id, reply)\n"
FROM_SESSION = "        connection_id = await streams.awaiting.connection_of(session)\n"
OPEN = "[one.connection_id for one in streams.snapshots()]"
DELIVERED = '    return {"type": "chat_delivered", "id": message_id, "recipients": recipients}\n'
RESUME = "        return await event_stream_response(streams, connection_id, last_event_id=last_event_id(request))\n"


AFTER_A_LOSS: frozenset[DifferenceClass] = frozenset({"pending_tail", "payload"})
"""The last messages may have been on their way; and what waits for a lost message in vain tells a later time."""


@dataclass(frozen=True)
class Bug:
    """named: one of these classes has to be among what is found. also: what else follows from the bug."""

    session: str
    edits: tuple[Edit, ...]
    named: frozenset[DifferenceClass]
    also: frozenset[DifferenceClass] = frozenset()


def bug(session: str, edits: Iterable[Edit], *named: DifferenceClass, also: Iterable[DifferenceClass] = ()) -> Bug:
    expected = {*named, *also}
    return Bug(
        session, tuple(edits), frozenset(named), frozenset(also) | (AFTER_A_LOSS if "missing" in expected else set())
    )


BUGS = {
    "who connects is told of itself, before it listens": bug(
        CONNECTS,
        [("handlers.py", "        exclude_connection=connection_id,\n", "")],
        "lifecycle",
        "missing",
    ),
    "the last chunk of an answer is lost": bug(CHAT, [(MESSAGES, DELIVERED, "    return None\n")], "missing"),
    "everybody is subscribed twice": bug(
        CHAT, [(CONNECTIONS, FIND, f"{FIND}        found = [*found, *found]\n")], "duplicate", also=["payload"]
    ),
    "the answer goes to the connection that was first": bug(
        CHAT,
        [
            (
                ROUTER,
                REPLY,
                '            first = self.__dict__.setdefault("first", connection_id)\n'
                "            self.connections.send_message(first, reply)\n",
            )
        ],
        "misrouted",
        also=["missing"],
    ),
    "an await is missing": bug(
        PING,
        [
            (
                ROUTER,
                REPLY,
                '            __import__("asyncio").to_thread(self.connections.send_message, connection_id, reply)\n',
            )
        ],
        "missing",
    ),
    "an error is swallowed": bug(
        COMES_AND_GOES, [(ROUTER, "            self.errors.handle(connection_id, error)\n", "")], "missing"
    ),
    "people are kept under the wrong key": bug(
        CHAT,
        [(CONNECTIONS, "            tenant_id=tenant_id,\n", "            tenant_id=user_id,\n")],
        "missing",
        also=["payload", "lifecycle"],
    ),
    "a token that has expired is taken": bug(
        REFUSED,
        [
            (
                AUTHORIZER,
                'options={"require": ["user_id", "tenant_id"]}',
                'options={"require": ["user_id", "tenant_id"], "verify_exp": False}',
            )
        ],
        "lifecycle",
        also=["extra"],
    ),
    "a refusal says more than it did": bug(
        REFUSED, [(AUTHORIZER, 'HTTPException(401, "Unauthorized")', "HTTPException(401, str(error))")], "error_shape"
    ),
    "a resume repeats the latest message": bug(
        COMES_AND_GOES,
        [
            (
                CONNECTIONS,
                SEND,
                f'{SEND}            self.__dict__.setdefault("latest", {{}})[connection_id] = message\n',
            ),
            (
                STREAM,
                RESUME,
                "        from tenant_chat.messages import connections\n"
                f'        connections.send_message(connection_id, connections.__dict__["latest"][connection_id])\n{RESUME}',
            ),
        ],
        "resume_duplicate",
        "duplicate",
    ),
    "the answer comes with the POST, and the event too late": bug(
        PING,
        [
            (
                "handlers.py",
                "def ping(caller: CurrentCaller, received: PingMessage) -> Response:\n",
                "def ping(caller: CurrentCaller, received: PingMessage) -> Response:\n"
                '    return Response(json.dumps({"type": "pong", "echo": received.as_sent().get("echo")}))\n',
            )
        ],
        "missing",
    ),
    "an answer overtakes what it reports": bug(
        CHAT,
        [
            (
                MESSAGES,
                '    connections.send_message(connection_id, {"type": "chat_accepted", "id": message_id, "text": text})\n',
                "",
            ),
            (
                MESSAGES,
                DELIVERED,
                '    connections.send_message(connection_id, {"type": "chat_delivered", "id": message_id,'
                ' "recipients": recipients})\n'
                '    return {"type": "chat_accepted", "id": message_id, "text": text}\n',
            ),
        ],
        "reordered",
    ),
    "a number is written as text, as json does with Decimal and default=str": bug(
        CHAT, [(MESSAGES, DELIVERED, DELIVERED.replace(": recipients}", ": str(recipients)}"))], "payload"
    ),
    "a number is no more a whole one": bug(
        CHAT, [(MESSAGES, DELIVERED, DELIVERED.replace(": recipients}", ": recipients + 0.1}"))], "payload"
    ),
    "letters that are not ASCII are lost": bug(
        SPECIAL,
        [
            (
                CONNECTIONS,
                "json.dumps(message).encode()",
                'json.dumps(message, ensure_ascii=False).encode("ascii", "replace")',
            )
        ],
        "payload",
    ),
    "line ends are made alike": bug(
        SPECIAL,
        [(MESSAGES, '            "text": text,\n', '            "text": "\\n".join(text.splitlines()),\n')],
        "payload",
    ),
    "long texts are cut": bug(
        SPECIAL, [(MESSAGES, '            "text": text,\n', '            "text": text[:1000],\n')], "payload"
    ),
    "an empty text is no more refused": bug(
        SPECIAL,
        [(MESSAGES, " or not text.strip():\n", ":\n")],
        "extra",
        "missing",
        "payload",
        also=["extra", "missing"],
    ),
    "a time says another zone": bug(
        CHAT,
        [
            (
                MESSAGES,
                '"sent_at": datetime.now(UTC).isoformat()',
                '"sent_at": datetime.now(UTC).isoformat().replace("+00:00", "+02:00")',
            )
        ],
        "payload",
    ),
    "each recipient is told another id": bug(
        CHAT, [(MESSAGES, '            "id": message_id,\n', '            "id": str(uuid.uuid4()),\n')], "payload"
    ),
    "the id of a connection is taken for its session": bug(
        SPOOFS,
        [(CALLER, FROM_SESSION, FROM_SESSION.replace("= ", f"= session if session in {OPEN} else "))],
        "spoofed",
        also=["extra", "lifecycle"],
    ),
    "a message needs no session": bug(
        SPOOFS,
        [
            (CALLER, "    if not session:\n", f"    if not session and not {OPEN}:\n"),
            (CALLER, FROM_SESSION, f"{FROM_SESSION.rstrip()} if session else {OPEN}[0]\n"),
        ],
        "spoofed",
        also=["extra", "lifecycle"],
    ),
    "a key has another name": bug(
        CHAT, [(MESSAGES, DELIVERED, DELIVERED.replace('"recipients"', '"reached"'))], "payload"
    ),
}


@pytest.fixture(scope="module")
def legacy() -> Callable[[str], Legacy]:
    """By session, recorded when the first bug asks: what a clock says depends on the sessions before."""
    return cache(lambda session: record_twice({session}))


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_is_found_called_by_its_name_and_shown_by_a_short_session(
    legacy: Callable[[str], Legacy], migrated_chat: Path, tmp_path: Path, name: str
) -> None:
    made, old = BUGS[name], legacy(BUGS[name].session)
    spoiled = spoil(migrated_chat, tmp_path, made.edits)
    report = report_of(old, spoiled, run_candidate(old, spoiled))
    unexplained = [difference for difference in report.differences if difference.explained is None]

    assert report.verdict == "FAIL", report.reasons
    found = {difference.kind for difference in unexplained}
    assert found & made.named
    assert found <= made.named | made.also
    assert any(difference.critical for difference in unexplained) == bool(made.named & {"misrouted", "spoofed"})
    named = [difference for difference in unexplained if difference.kind in made.named]
    (session,) = old.plan.sessions
    assert {difference.route for difference in named} <= {session.route_of(d.step) for d in named}
    assert all(report.routes[difference.route or NO_ROUTE].verdict == "FAIL" for difference in named)

    shortest = report.shortest
    assert shortest is not None
    assert shortest.confirmed
    assert shortest.difference.kind in made.named
    assert sum(isinstance(step, Send | Spoof) for step in shortest.session.steps) <= MOST_MESSAGES
    assert shortest.replays <= MOST_REPLAYS

    folder = tmp_path / "repro"
    write_repro(folder, report, app=CHAT_APP, new=spoiled, identities=old.plan.identities, redact=())
    again = tmp_path / "again.json"
    command = command_of(folder)
    assert command[:2] == ["ws2sse", "verify"]
    finished = invoke(*command[1:], "--report", again)
    assert finished.returncode == 1, finished.stderr
    replayed = json.loads(again.read_text())
    first = replayed["first_divergence"]["difference"]
    assert (first["class"], first["route"]) == (shortest.difference.kind, shortest.difference.route)


def command_of(repro: Path) -> list[str]:
    """The one that the README of a reproduction tells."""
    (line,) = (line for line in (repro / "README.md").read_text().splitlines() if line.startswith("ws2sse verify "))
    return shlex.split(line)
