"""Sessions from what real clients did: those that were there at the same time are in one session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shim.dualrun.record.canonical import Event, Recording
from shim.dualrun.record.notes import Note
from shim.dualrun.record.rebuild import step_of
from shim.dualrun.record.scenario import MAX_STEPS, Close, Connect, Session, Step
from shim.dualrun.record.writer import in_order


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
        self._strangers: set[str] = set()
        self._cuts = 0
        self._crowds = 0

    def take(self, event: Event) -> None:
        if event.direction == "received":
            if event.kind in {"close", "refused"}:
                self._left(event.client)
            return
        step = step_of(event)
        if isinstance(step, Connect):
            if event.client in self._open:  # its end was not recorded
                self._steps.append(Close(event.client))
            self._open[event.client] = step
        elif event.client not in self._open:
            self._strangers.add(event.client)
            return
        if len(self._steps) >= MAX_STEPS - 1:
            self._cut()
        self._steps.append(step)
        if isinstance(step, Close):
            self._left(event.client)

    def end(self) -> None:
        """Of a recording: whoever is connected still is not in the next one."""
        self._open.clear()
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
        steps, self._steps = self._steps, []
        self._add(steps)
        again = [connect for connect in self._open.values() if connect is not steps[-1]]
        if len(again) >= MAX_STEPS:
            self._crowds += 1
            again = again[: MAX_STEPS // 2]
            self._open = {connect.client: connect for connect in again}
        self._cuts += 1
        self._steps = list(again)

    def _finish(self) -> None:
        steps, self._steps = self._steps, []
        if steps:
            self._add(steps)

    def _add(self, steps: list[Step]) -> None:
        self.sessions.append(Session(f"recorded {len(self.sessions) + 1}", tuple(steps)))
