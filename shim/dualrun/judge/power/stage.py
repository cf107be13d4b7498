"""One session of the new path, as a stage for faults: what came when, what it is paired with, who was there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from shim.dualrun.compare.difference import Comparison
from shim.dualrun.compare.lifecycle import absent_steps
from shim.dualrun.compare.outlived import postponed, steps_beyond
from shim.dualrun.compare.payload import parse
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import NOBODY, Session

MAX_MESSAGES: Final = 200
"""Messages of one session into which faults may be put; of more, those that chance decides."""


class Stage:
    """events: of the new path, in the order of reception. found: the comparison without any fault.

    messages: with their place; only what is paired, so that a fault is the only thing that is wrong with it.
    """

    def __init__(self, session: Session, events: Sequence[Event], found: Comparison, chance: Random) -> None:
        self.session, self.events, self.found = session, events, found
        self.partners = {
            theirs.key: ours
            for rows in found.rows.values()
            for ours, theirs in rows
            if ours is not None and theirs is not None
        }
        places = [
            at
            for at, event in enumerate(events)
            if (ours := self.partners.get(event.key))
            and is_message(event)
            and not postponed(found.outlived, ours, event)
        ]
        if len(places) > MAX_MESSAGES:
            places = sorted(chance.sample(places, MAX_MESSAGES))
        self.messages = [(place, events[place]) for place in places]
        self._next: dict[int, int] = {}
        latest: dict[str, int] = {}
        self._numbers: dict[int, int] = {}
        counts: Counter[tuple[str, int]] = Counter()
        self._recipients: dict[tuple[int, int], set[str]] = {}
        for place, event in enumerate(events):
            if event.client in latest:
                self._next[latest[event.client]] = place
            latest[event.client] = place
            if is_message(event):
                counts[event.client, event.step] += 1
                self._numbers[place] = counts[event.client, event.step]
        for event in (*events, *self.partners.values()):
            if event.kind == "msg":
                self._recipients.setdefault((event.step, parse(event.text).shape), set()).add(event.client)
        own: dict[str, list[Event]] = {client: [] for client in session.clients}
        for event in events:
            own[event.client].append(event)
        beyond = steps_beyond(session, found.outlived)
        self._absent = {
            client: absent_steps(session, client, own[client]) | beyond.get(client, {}).keys()
            for client in session.clients
        }

    def following(self, place: int) -> tuple[int, Event] | None:
        """The next event of the same client."""
        following = self._next.get(place)
        return None if following is None else (following, self.events[following])

    def number_in_step(self, place: int) -> int:
        """1 for the first message that its client received in that step."""
        return self._numbers[place]

    def strangers(self, event: Event) -> list[str]:
        """Clients that are connected on both paths, and that nothing like this message came to in that step."""
        known = self._recipients.get((event.step, parse(event.text).shape), set())
        return [
            client
            for client in self.session.clients
            if client not in known and client != event.client and event.step not in self._absent[client]
        ]

    def depends(self, first: Event, second: Event) -> bool:
        """Whether an application can rely on the order: one sender's own, or the second's sender knew the first."""
        sender = self.actor(second)
        return self.actor(first) == sender != NOBODY or sender in self._recipients.get(
            (first.step, parse(first.text).shape), ()
        )

    def actor(self, event: Event) -> str:
        return self.session.steps[event.step].client

    def spoiled(self, *changes: tuple[int, Sequence[Event]]) -> list[Event]:
        """`changes`: by place, what stands there instead."""
        instead = dict(changes)
        return numbered(event for place, old in enumerate(self.events) for event in instead.get(place, (old,)))


def is_message(event: Event) -> bool:
    """A status without a word is the answer to a POST, which a WebSocket doesn't have."""
    return event.kind == "msg" or (event.kind == "error" and bool(event.text))


def numbered(events: Iterable[Event]) -> list[Event]:
    counts: Counter[str] = Counter()
    result = []
    for event in events:
        result.append(event if event.n == counts[event.client] else replace(event, n=counts[event.client]))
        counts[event.client] += 1
    return result
