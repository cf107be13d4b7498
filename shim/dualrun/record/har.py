"""Reads what a browser or a proxy has recorded: WebSockets, and event streams, of an HTTP archive (HAR 1.2).

`_webSocketMessages` is what Chrome (since 76), Playwright and mitmproxy write:
https://developer.chrome.com/blog/new-in-devtools-76#websocket. Data of other opcodes than text are Base64.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from shim.dualrun.record.canonical import Recording
from shim.dualrun.record.errors import HarInvalid
from shim.dualrun.record.handshakes import application_headers
from shim.dualrun.record.har_entry import at, entries_of, pairs_at, text_at
from shim.dualrun.record.har_events import Conversation, merged
from shim.dualrun.record.har_messages import Message, socket_messages, stream_messages
from shim.dualrun.record.har_posts import joined, session_in
from shim.dualrun.record.notes import Note
from shim.dualrun.record.scenario import Pairs

MAX_CONVERSATIONS: Final = 10_000


@dataclass(frozen=True, slots=True)
class FromHar:
    """recording: of run 'traffic'. Each WebSocket, and each event stream, is a client of its own."""

    recording: Recording
    notes: tuple[Note, ...]


def read_har(path: Path) -> FromHar:
    """The address that most was said to; others are left out, with a note. Raises RecordingUnreadable or HarInvalid."""
    return from_har(entries_of(path), path)


def from_har(entries: list[Any], path: Path) -> FromHar:
    """`entries`: those of `log.entries`, whatever they are. `path`: for what errors say."""
    notes: list[Note] = []
    conversations = joined(list(_conversations(entries, path, notes)), list(_posts(entries, path)), notes)
    if not conversations:
        raise HarInvalid(path, "no entry has messages of a WebSocket or of an event stream")
    if len(conversations) > MAX_CONVERSATIONS:
        raise HarInvalid(path, f"it has more than {MAX_CONVERSATIONS} WebSockets and event streams")
    said = Counter[str]()
    for one in conversations:
        said[one.address] += 1 + len(one.messages)
    address = said.most_common(1)[0][0]
    others = [other for other in said if other != address]
    notes += [Note("left_out", 0, f"{other} is left out; more was said to {address}") for other in others]
    return FromHar(merged([one for one in conversations if one.address == address], notes), tuple(notes))


def _conversations(entries: list[Any], path: Path, notes: list[Note]) -> Iterator[Conversation]:
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict):
            raise HarInvalid(path, f"entry {number} is not an object")
        sockets, streams = entry.get("_webSocketMessages"), entry.get("_eventSourceMessages")
        is_stream = _media_type(entry) == "text/event-stream"
        if not isinstance(sockets, list) and not isinstance(streams, list) and not is_stream:
            if entry.get("_resourceType") == "websocket":
                notes.append(Note("left_out", 0, f"entry {number} is a WebSocket without its messages"))
            continue
        try:
            url = urlsplit(text_at(entry, "request", "url"))
        except ValueError:
            raise HarInvalid(path, f"the address of entry {number} is none") from None
        started = _started(entry, number, path)
        status = at(entry, "response", "status")
        headers = application_headers(pairs_at(entry, "request", "headers"))
        query: Pairs = tuple(parse_qsl(url.query, keep_blank_values=True, errors="replace"))
        opened = ""
        if isinstance(sockets, list):
            messages = socket_messages(sockets, started, number, notes)
        else:
            told = streams if isinstance(streams, list) else None
            messages, opened = stream_messages(entry, told, started, number, notes)
        length = entry.get("time")
        lasted = length / 1000 if isinstance(length, int | float) and 0 <= length < 1e10 else 0.0
        yield Conversation(
            address=f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}",
            path="websocket" if isinstance(sockets, list) else "stream",
            headers=headers,
            query=query,
            started=started,
            ended=max((started + lasted, *(message.at for message in messages))),
            status=status if isinstance(status, int) else 0,
            messages=tuple(messages),
            session=session_in(opened),
            resumes=_session_named(entry),
        )


def _posts(entries: list[Any], path: Path) -> Iterator[tuple[str, Message]]:
    """The session that each one names, and what it sent."""
    for number, entry in enumerate(entries, 1):
        session = _session_named(entry)
        if session and at(entry, "request", "method") == "POST":
            yield session, Message("sent", text_at(entry, "request", "postData", "text"), _started(entry, number, path))


def _session_named(entry: dict[str, Any]) -> str:
    """In a header of the request, see docs/protocol.md; '' for none."""
    headers = pairs_at(entry, "request", "headers")
    return next((value for name, value in headers if name.lower() == "stream-session"), "")


def _started(entry: dict[str, Any], number: int, path: Path) -> float:
    """Seconds since 1970."""
    told = entry.get("startedDateTime")
    try:
        return datetime.fromisoformat(str(told)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise HarInvalid(path, f"entry {number} has no startedDateTime") from None


def _media_type(entry: dict[str, Any]) -> str:
    content = at(entry, "response", "content")
    told = content.get("mimeType") if isinstance(content, dict) else None
    return told.partition(";")[0].strip().lower() if isinstance(told, str) else ""
