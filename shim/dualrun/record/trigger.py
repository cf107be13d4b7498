"""A step that no client takes: something outside of the WebSocket API runs a function of the application."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal, get_args

from shim.dualrun.record.canonical import object_in

OUTSIDE: Final = "(outside)"
"""Stands where a client does, for what is none and runs a function."""

TriggerKind = Literal["stream", "queue", "topic", "schedule", "http", "call"]
"""What runs it: a stream of DynamoDB or Kinesis, SQS, SNS, a schedule, an HTTP or REST API, another function."""

MAX_EVENT_CHARACTERS: Final = 1_000_000
"""Longest event; Lambda takes 1 MB where nobody waits for the answer.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

_WORDS: Final[dict[TriggerKind, str]] = {
    "stream": "a stream",
    "queue": "a queue",
    "topic": "a topic",
    "schedule": "a schedule",
    "http": "an HTTP request",
    "call": "a call",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """Only in the pinned world.

    function: id of the handler. event: JSON, as Lambda hands it over; it may speak of `connection_id_of` clients.
    """

    function: str
    kind: TriggerKind
    event: str

    @property
    def client(self) -> str:
        return OUTSIDE

    @property
    def route(self) -> str:
        """What stands for a route key in verdicts: 'stream orders.py:notify'."""
        return f"{self.kind} {self.function}"

    def problem(self) -> str:
        """Why it can't be taken; '' when it can."""
        about = f"the event for {self.function}"
        if len(self.event) > MAX_EVENT_CHARACTERS:
            return f"{about} has {len(self.event)} characters; {MAX_EVENT_CHARACTERS} are allowed"
        try:
            json.loads(self.event)
        except (ValueError, RecursionError):
            return f"{about} is not JSON"
        return ""

    def described(self) -> str:
        shown = self.event if len(self.event) <= 60 else self.event[:57] + "…"
        return f"{_WORDS[self.kind]} runs {self.function} with {shown!r}"


def trigger_text(step: Trigger) -> str:
    """The text of a sent trigger: JSON with 'function', 'kind', and 'event', which is JSON in a text."""
    return json.dumps({"function": step.function, "kind": step.kind, "event": step.event})


def trigger_of(text: str) -> Trigger:
    """Of `trigger_text`; '' for what is not understood, and a call for a kind that is none."""
    told = object_in(text)
    known: TriggerKind = next((one for one in _WORDS if one == told.get("kind")), "call")
    return Trigger(_text(told.get("function")), known, _text(told.get("event")))


def is_of_function(route: str) -> bool:
    """Whether it is the `route` of a trigger."""
    kind, _, function = route.partition(" ")
    return kind in get_args(TriggerKind) and ":" in function


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
