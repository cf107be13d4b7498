"""Sessions as JSON: what a reproduction of a difference is kept in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shim.dualrun.errors import SessionInvalid
from shim.dualrun.record.scenario import Close, Connect, Expect, Pairs, Resume, Send, Session, Step

_STEPS: Mapping[str, type[Step]] = {
    "connect": Connect,
    "send": Send,
    "resume": Resume,
    "close": Close,
    "expect": Expect,
}


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
        case Expect(client=client, message=message, within_s=within_s, required=required):
            return {"step": "expect", "client": client, "message": message, "within_s": within_s, "required": required}


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
    for key in ("client", "text", "message"):
        if key in values and not isinstance(values[key], str):
            raise SessionInvalid(session, f"{key} is not text in {record!r}")
    if not isinstance(values.get("route"), str | None) or not isinstance(values.get("refused"), bool | None):
        raise SessionInvalid(session, f"route or refused has the wrong type in {record!r}")
    if type(values.get("within_s", 1)) not in {int, float} or not isinstance(values.get("required", True), bool):
        raise SessionInvalid(session, f"within_s or required has the wrong type in {record!r}")
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
