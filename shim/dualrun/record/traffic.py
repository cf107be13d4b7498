"""Sessions from what real clients did: those that were there at the same time are in one session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.notes import Note
from shim.dualrun.record.rebuild import step_of
from shim.dualrun.record.scenario import MAX_STEPS, Close, Connect, Session, Step
from shim.dualrun.record.writer import in_order

_MOST_AT_ONCE: Final = 2
"""Steps that one event can become: a client that connects again has left before, recorded or not."""


@dataclass(frozen=True, slots=True)
class FromTraffic:
    sessions: tuple[Session, ...]
    notes: tuple[Note, ...]


def sessions_of_traffic(recordings: Iterable[Recording]) -> FromTraffic:
    """A session ends when its last client has left, or after MAX_STEPS; then those that are left connect again."""
    taken = _Taken()
    for recording in recordings:
        for event in in_order(recording):
            taken.take(event)
        taken.end()
    return FromTraffic(tuple(taken.sessions), tuple(taken.notes()))


class _Taken:
    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self._steps: list[Step] = []
        self._open: dict[str, Connect] = {}
        self._connected: set[str] = set()
        """By the steps of this session, which don't say who was refused or closed by the server."""
        self._strangers: set[str] = set()
        self._left_out: set[str] = set()
        self._cuts = 0
        self._crowds = 0

    def take(self, event: Event) -> None:
        if event.direction == "received":
            if event.kind in {"close", "refused"}:
                self._left(event.client)
            return
        step = step_of(event)
        if not isinstance(step, Connect) and event.client not in self._open:
            if event.client not in self._left_out:
                self._strangers.add(event.client)
            return
        if len(self._steps) > MAX_STEPS - _MOST_AT_ONCE:
            self._cut()
        if isinstance(step, Connect):
            if event.client in self._connected:
                self._steps.append(Close(event.client))
            self._open[event.client] = step
            self._connected.add(event.client)
        elif event.client not in self._open:
            return
        self._steps.append(step)
        if isinstance(step, Close):
            self._connected.discard(event.client)
            self._left(event.client)

    def end(self) -> None:
        """Of a recording: whoever is connected still is not in the next one."""
        self._open.clear()
        self._left_out.clear()
        self._finish()

    def notes(self) -> Iterable[Note]:
        if self._strangers:
            yield Note("left_out", 0, f"{len(self._strangers)} clients had connected before the recording; left out")
        if self._cuts:
            words = f"{self._cuts} times a session had {MAX_STEPS} steps and was cut; who was left connects again"
            yield Note("cut_off", 0, words)
        if self._crowds:
            yield Note(
                "left_out", 0, f"{self._crowds} times too many clients were connected at once to go on; left out"
            )

    def _left(self, client: str) -> None:
        if self._open.pop(client, None) is not None and not self._open:
            self._finish()

    def _cut(self) -> None:
        """Before a step is taken, so that whoever is connected is so by the steps of the next session too."""
        self._finish()
        self._cuts += 1
        if len(self._open) > MAX_STEPS - _MOST_AT_ONCE:
            self._crowds += 1
            names = list(self._open)
            self._left_out.update(names[MAX_STEPS // 2 :])
            self._open = {name: self._open[name] for name in names[: MAX_STEPS // 2]}
        self._steps = list(self._open.values())
        self._connected = set(self._open)

    def _finish(self) -> None:
        if self._steps:
            self.sessions.append(Session(f"recorded {len(self.sessions) + 1}", tuple(self._steps)))
        self._steps = []
        self._connected.clear()
