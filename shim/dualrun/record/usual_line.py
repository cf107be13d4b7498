"""A line of an event, read at once as nearly all of them are. What a line that differs has, another reader says."""

from __future__ import annotations

from sys import intern
from typing import Annotated, Final

from msgspec import DecodeError, Meta, Struct
from msgspec.json import Decoder

from shim.dualrun.record.canonical import Channel, Direction, Event, Kind
from shim.dualrun.record.event_lines import SENT_ONLY
from shim.dualrun.record.header import Header


class _Line(Struct, forbid_unknown_fields=True, gc=False):
    session: str
    step: Annotated[int, Meta(ge=0)]
    client: str
    n: Annotated[int, Meta(ge=0)]
    kind: Kind
    channel: Channel
    at: float
    status: int | None = None
    text: str = ""
    direction: Direction = "received"
    id: str = ""
    mono: float = 0.0
    resumed: bool = False


_DECODER: Final = Decoder(_Line)


def usual_event(line: bytes, header: Header, texts: dict[str, str]) -> Event | None:
    """None for all that is not plainly an event, also where it may be one. `texts`: those of other events, so that
    equal ones are there once."""
    try:
        read = _DECODER.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if read.kind in SENT_ONLY and read.direction != "sent":
        return None
    return Event(
        header.run,
        header.path,
        intern(read.session),
        read.step,
        intern(read.client),
        read.n,
        read.kind,
        read.channel,
        read.status,
        texts.setdefault(read.text, read.text),
        read.at,
        read.direction,
        read.id,
        read.mono,
        read.resumed,
    )
