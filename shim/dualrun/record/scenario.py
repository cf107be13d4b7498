"""What the clients of a session do, step by step, and its JSON form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shim.dualrun.errors import SessionInvalid

Pairs = tuple[tuple[str, str], ...]

MAX_STEPS = 200
"""Most steps of one session, so that a run is bounded."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Opens a connection; a client that has closed may connect again.

    `refused`: what the author expects; None when it is for the legacy path to say. It is checked against
    the legacy path only, so that a session meant to test a refusal can't pass by testing an acceptance.
    """

    client: str
    headers: Pairs = ()
    query: Pairs = ()
    refused: bool | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Sends one message. `route`: the route key that it is meant for; None when it is meant to match none."""

    client: str
    text: str
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Drops the client's stream and takes it up again with Last-Event-ID; a WebSocket is left alone."""

    client: str


@dataclass(frozen=True, slots=True)
class Close:
    """The client closes its connection."""

    client: str


Step = Connect | Send | Resume | Close

_STEPS: Mapping[str, type[Connect | Send | Resume | Close]] = {
    "connect": Connect,
    "send": Send,
    "resume": Resume,
    "close": Close,
}


@dataclass(frozen=True, slots=True)
class Session:
    """Raises SessionInvalid when a client acts before it has connected."""

    name: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not self.steps or len(self.steps) > MAX_STEPS:
            raise SessionInvalid(self.name, f"it has {len(self.steps)} steps; 1 to {MAX_STEPS} are allowed")
        connected: set[str] = set()
        for step in self.steps:
            if isinstance(step, Connect):
                if step.client in connected:
                    raise SessionInvalid(self.name, f"{step.client} connects while it is connected")
                connected.add(step.client)
            elif step.client not in connected:
                raise SessionInvalid(self.name, f"{step.client} acts before it has connected")
            elif isinstance(step, Close):
                connected.discard(step.client)
            elif isinstance(step, Send) and not _is_utf8(step.text):
                raise SessionInvalid(self.name, f"{step.client} sends half a surrogate pair, which UTF-8 can't carry")

    @property
    def clients(self) -> tuple[str, ...]:
        """In order of appearance."""
        return tuple(dict.fromkeys(step.client for step in self.steps))

    def route_of(self, step: int) -> str | None:
        """The route that a step exercises: '$connect' and '$disconnect' for connects and closes."""
        if not 0 <= step < len(self.steps):
            return None
        match self.steps[step]:
            case Connect():
                return "$connect"
            case Close():
                return "$disconnect"
            case Send(route=route):
                return route
            case Resume():
                return None


def describe(step: Step) -> str:
    """A few words for people: 'alice sends {"action":"chat"…'."""
    match step:
        case Connect(client=client, refused=refused):
            return f"{client} connects" + (" (to be refused)" if refused else "")
        case Send(client=client, text=text, route=route):
            shown = text if len(text) <= 60 else text[:57] + "…"
            return f"{client} sends {shown!r}" + (f" to {route}" if route else "")
        case Resume(client=client):
            return f"{client} loses its stream and resumes"
        case Close(client=client):
            return f"{client} closes"


def sessions_to_json(sessions: Iterable[Session]) -> str:
    """A scenario file, schema 1."""
    return json.dumps(
        {"schema_version": 1, "sessions": [_session_record(session) for session in sessions]},
        indent=2,
        ensure_ascii=False,
    )


def sessions_from_json(text: str) -> tuple[Session, ...]:
    """Raises SessionInvalid for anything that is not a scenario file of schema 1."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise SessionInvalid("(file)", f"the file is not JSON ({error})") from None
    if not isinstance(document, dict) or document.get("schema_version") != 1:
        raise SessionInvalid("(file)", "schema_version is not 1")
    listed = document.get("sessions")
    if not isinstance(listed, list):
        raise SessionInvalid("(file)", "'sessions' is not a list")
    return tuple(_session_from(record, number) for number, record in enumerate(listed, 1))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _session_record(session: Session) -> dict[str, Any]:
    return {"name": session.name, "steps": [_step_record(step) for step in session.steps]}


def _step_record(step: Step) -> dict[str, Any]:
    match step:
        case Connect(client=client, headers=headers, query=query, refused=refused):
            return {
                "step": "connect",
                "client": client,
                "headers": [list(pair) for pair in headers],
                "query": [list(pair) for pair in query],
                "refused": refused,
            }
        case Send(client=client, text=text, route=route):
            return {"step": "send", "client": client, "text": text, "route": route}
        case Resume(client=client):
            return {"step": "resume", "client": client}
        case Close(client=client):
            return {"step": "close", "client": client}


def _session_from(record: object, number: int) -> Session:
    if not isinstance(record, dict) or not isinstance(record.get("name"), str):
        raise SessionInvalid(f"number {number}", "it has no name")
    name = record["name"]
    steps = record.get("steps")
    if not isinstance(steps, list):
        raise SessionInvalid(name, "'steps' is not a list")
    return Session(name, tuple(_step_from(step, name) for step in steps))


def _step_from(record: object, session: str) -> Step:
    if not isinstance(record, dict):
        raise SessionInvalid(session, f"a step is not an object: {record!r}")
    values = dict(record)
    kind = _STEPS.get(str(values.pop("step", None)))
    if kind is None:
        raise SessionInvalid(session, f"a step has none of the kinds {', '.join(_STEPS)}: {record!r}")
    for key in ("headers", "query"):
        if key in values:
            values[key] = _pairs(values[key], session)
    for key in ("client", "text"):
        if key in values and not isinstance(values[key], str):
            raise SessionInvalid(session, f"{key} is not text in {record!r}")
    if not isinstance(values.get("route"), str | None) or not isinstance(values.get("refused"), bool | None):
        raise SessionInvalid(session, f"route or refused has the wrong type in {record!r}")
    try:
        return kind(**values)
    except TypeError:
        raise SessionInvalid(session, f"a key is missing or unknown in {record!r}") from None


def _pairs(value: object, session: str) -> Pairs:
    if isinstance(value, Sequence) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair) for pair in value
    ):
        return tuple((pair[0], pair[1]) for pair in value)
    raise SessionInvalid(session, f"headers and query are lists of [name, value], not {value!r}")
