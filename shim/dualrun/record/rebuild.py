"""Sessions from the recording of a run: the same steps, and what was received under their numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shim.dualrun.record.canonical import Event, Recording, by_session, handshake_of
from shim.dualrun.record.scenario import Close, Connect, Resume, Send, Session, Step
from shim.dualrun.record.spoof import spoof_of
from shim.dualrun.record.trigger import trigger_of


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """steps: of each session, the number that a step had -> the one that it has now."""

    sessions: tuple[Session, ...]
    steps: dict[str, dict[int, int]]

    def renumbered(self, recording: Recording) -> Recording:
        """What was received in any run of the same sessions."""
        events = tuple(self._renumbered(event) for event in recording.events if event.session in self.steps)
        sent = tuple(self._renumbered(event) for event in recording.sent)
        skipped = {(name, self.steps[name].get(step)) for name, step in recording.skipped if name in self.steps}
        there = frozenset((name, step) for name, step in skipped if step is not None)
        return replace(recording, events=events, sent=sent, skipped=there)

    def _renumbered(self, event: Event) -> Event:
        numbers = self.steps.get(event.session, {})
        return replace(event, step=numbers.get(event.step, event.step))


def sessions_of_run(recording: Recording) -> Rebuilt:
    """Waits were not recorded, and steps that could not be taken are no longer there. Raises SessionInvalid."""
    refused = {(*event.key[:2], event.step) for event in recording.events if event.kind == "refused"}
    sessions, numbers = [], {}
    for name, sent in by_session(recording.sent).items():
        steps, numbers[name] = _steps(sent, refused)
        sessions.append(Session(name, steps))
    return Rebuilt(tuple(sessions), numbers)


def _steps(sent: list[Event], refused: set[tuple[str, str, int]]) -> tuple[tuple[Step, ...], dict[int, int]]:
    steps: list[Step] = []
    numbers: dict[int, int] = {}
    connected: set[str] = set()
    for event in sent:
        step = step_of(event, refused=(event.session, event.client, event.step) in refused)
        if isinstance(step, Connect):
            if step.client in connected:  # the server had closed it
                steps.append(Close(step.client))
            (connected.discard if step.refused else connected.add)(step.client)
        elif isinstance(step, Close):
            connected.discard(step.client)
        numbers[event.step] = len(steps)
        steps.append(step)
    return tuple(steps), numbers


def step_of(event: Event, *, refused: bool = False) -> Step:
    """Of something that a client did. `refused`: of a connect, that the legacy path refused it."""
    match event.kind:
        case "connect":
            headers, query = handshake_of(event.text)
            return Connect(event.client, headers, query, True if refused else None)
        case "resume":
            return Resume(event.client)
        case "close":
            return Close(event.client)
        case "trigger":
            return trigger_of(event.text)
        case "spoof":
            return spoof_of(event.client, event.text)
    return Send(event.client, event.text)
