"""What belongs to one connection over SSE + POST: its streams, and the requests that name its session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shim.dualrun.record.canonical import object_in
from shim.dualrun.record.har_events import Conversation
from shim.dualrun.record.har_messages import Message
from shim.dualrun.record.notes import Note


def joined(
    conversations: Sequence[Conversation], posts: Sequence[tuple[str, Message]], notes: list[Note]
) -> list[Conversation]:
    """`posts`: the session that each one names. A stream that names the session of an earlier one goes on with it."""
    found: list[Conversation] = []
    by_session: dict[str, int] = {}
    more: dict[int, list[Message]] = {}
    for one in sorted(conversations, key=lambda one: one.started):
        first = by_session.get(one.resumes) if one.resumes else None
        if first is None:
            if one.session:
                by_session[one.session] = len(found)
            found.append(one)
        else:
            more.setdefault(first, []).extend(one.messages)
            found[first] = replace(found[first], ended=max(found[first].ended, one.ended))
    unknown = 0
    for session, message in posts:
        if session in by_session:
            more.setdefault(by_session[session], []).append(message)
        else:
            unknown += 1
    if unknown:
        notes.append(Note("left_out", 0, f"{unknown} POSTs whose session no stream of the archive has are left out"))
    return [_with(one, more.get(place, ())) for place, one in enumerate(found)]


def session_in(data: str) -> str:
    """Of an `open` event; '' when it tells none."""
    session = object_in(data).get("session")
    return session if isinstance(session, str) else ""


def _with(one: Conversation, messages: Sequence[Message]) -> Conversation:
    if not messages:
        return one
    every = sorted((*one.messages, *messages), key=lambda message: message.at)
    return replace(one, messages=tuple(every), ended=max(one.ended, every[-1].at))
