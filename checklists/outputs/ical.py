"""The due dates as a calendar, RFC 5545: https://www.rfc-editor.org/rfc/rfc5545

All-day events, because calendars that people look at show no to-dos that they import.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from checklists.model import Checklist, Entry
from checklists.outputs.words import HEADINGS, STATUS_NAMES, to_do
from checklists.phases import Phase
from templates.text import visible

if TYPE_CHECKING:
    from icalendar import Event


def to_icalendar(checklist: Checklist) -> str:
    """An event for each phase and for each item that is not settled. DTSTAMP is the day of the checklist, at 0:00 UTC.

    Read again, it replaces what a calendar had of it: an event's UID is made of the application and the item alone.
    """
    from icalendar import Calendar  # noqa: PLC0415 - only this form needs it

    calendar = Calendar()
    calendar.add("prodid", "-//ws2sse//checklist//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", visible(f"Leaving WebSocket: {checklist.application}"))
    for phase in checklist.phases:
        calendar.add_component(_phase(checklist, phase))
    for entry in checklist.entries:
        if not entry.settled:
            calendar.add_component(_item(checklist, entry))
    written: bytes = calendar.to_ical()
    return written.decode("utf-8")


def _phase(checklist: Checklist, phase: Phase) -> Event:
    event = _event(checklist, f"phase:{phase.name}", phase.due)
    event.add("summary", visible(f"{checklist.application}: deadline of phase {phase.number}, {phase.title}"))
    event.add("description", f"{phase.done} of {phase.total} items are done.")
    event.add("categories", ["ws2sse", "deadline"])
    return event


def _item(checklist: Checklist, entry: Entry) -> Event:
    item = entry.item
    event = _event(checklist, f"item:{item.id}", entry.due)
    event.add("summary", visible(f"{checklist.application}: {item.title}"))
    lines = [f"{STATUS_NAMES[entry.status]}: {entry.reason}", *to_do(item), item.id]
    if entry.owner:
        lines.insert(0, f"Owner: {entry.owner}")
    event.add("description", "\n".join(visible(line) for line in lines))
    event.add("categories", ["ws2sse", HEADINGS[item.audience]])
    return event


def _event(checklist: Checklist, name: str, day: date) -> Event:
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    identity = hashlib.sha256(f"{checklist.application}\n{name}".encode("utf-8", "surrogatepass")).hexdigest()
    event.add("uid", f"{identity[:32]}@checklist.ws2sse")
    event.add("dtstamp", datetime.combine(checklist.as_of, time(), UTC))
    event.add("dtstart", day)
    event.add("transp", "TRANSPARENT")
    return event
