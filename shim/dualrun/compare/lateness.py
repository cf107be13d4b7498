"""When messages came after what caused them: which are late, and which may still have been on their way at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shim.dualrun.record.canonical import Event

LATE_MARGIN_S: Final = 5.0
"""Seconds that a message may take longer than on the legacy path. A cold start or a busy machine takes a second or two
on either path; a person has given up by then."""

TAIL_MARGIN_S: Final = 1.0
"""Seconds after the moment at which it was due that a message counts as on its way, not as lost."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Of one run of one session. begins: by step, when the first thing of it is known to have happened.

    ends: by client, when nobody listened for it any more; a client that is not there was listened for long enough.
    steady: whether it is on a clock that never jumps.
    """

    begins: dict[int, float]
    ends: dict[str, float]
    steady: bool

    @classmethod
    def of(cls, events: Sequence[Event], sent: Sequence[Event] = (), settled: bool = False) -> Clock:
        """`sent`: what the clients did, where it is known: it is when a step begins, and when a client closed.

        `settled`: whether it is known that nothing was left to come after each step, so that nobody closed too soon.
        """
        steady = bool(events) and all(event.mono for event in (*events[:1], *events[-1:], *sent[:1]))
        begins: dict[int, float] = {}
        ends: dict[str, float] = {}
        for event in (*sent, *events):
            moment = event.mono if steady else event.at
            known = begins.get(event.step)
            if known is None or moment < known:
                begins[event.step] = moment
        if not settled:
            ends = {event.client: event.mono if steady else event.at for event in sent if event.kind == "close"}
        return cls(begins, ends, steady)

    def after_cause(self, event: Event, step: int) -> float | None:
        """Seconds from the step to the event; None when the step is not known."""
        begun = self.begins.get(step)
        return None if begun is None else (event.mono if self.steady else event.at) - begun


def lateness(a: Event, b: Event, left: Clock, right: Clock) -> float:
    """Seconds by which `b` took longer after the step of `a` than `a` did; 0 where it is not known."""
    ours, theirs = left.begins.get(a.step), right.begins.get(a.step)
    if ours is None or theirs is None:
        return 0.0
    return (b.mono if right.steady else b.at) - theirs - ((a.mono if left.steady else a.at) - ours)


def may_be_on_its_way(missing: Event, left: Clock, right: Clock) -> bool:
    """Whether the client of the new path was listened for too short a time after the message was due."""
    delay, begun = left.after_cause(missing, missing.step), right.begins.get(missing.step)
    end = right.ends.get(missing.client)
    if delay is None or begun is None or end is None:
        return False
    return 0 <= end - begun < max(delay, 0.0) + TAIL_MARGIN_S
