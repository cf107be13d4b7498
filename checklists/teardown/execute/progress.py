"""How far a run is, as its journal tells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from checklists.teardown.execute.journal import Event
from checklists.teardown.model import Step, TeardownPlan


@dataclass
class Progress:
    """done: when each step was. begun: steps that were begun and neither ended nor taken back. pulled: brownouts whose
    door was closed and not opened again, and since when. digests: of things, as the newest step left them."""

    done: dict[str, datetime] = field(default_factory=dict)
    undone: dict[str, datetime] = field(default_factory=dict)
    begun: dict[str, datetime] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    pulled: dict[str, datetime] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    backups: dict[str, str] = field(default_factory=dict)
    """Paths in the run's folder, by ARN; and ARNs of backups in AWS, by that of their table."""
    ended: str = ""
    """'done' or 'undone'; empty: it is not at its end."""
    stopped: str = ""
    """Why it stopped last; empty: it did not, or went on since."""

    def learn(self, event: Event) -> None:
        step = event.step
        match event.name:
            case "step_begun":
                self.begun[step] = event.at
                self.stopped = ""
            case "call_begun":
                self.calls[step] = self.calls.get(step, 0) + 1
            case "door_closing":
                self.pulled[step] = event.at
            case "door_opened":
                self.pulled.pop(step, None)
                self.digests.update(event.data.get("digests", {}))
            case "kept":
                self.backups[str(event.data["subject"])] = str(event.data["where"])
            case "step_done":
                self.done[step] = event.at
                self.begun.pop(step, None)
                self.undone.pop(step, None)
                self.digests.update(event.data.get("digests", {}))
            case "step_undone":
                self.undone[step] = event.at
                self.done.pop(step, None)
                self.begun.pop(step, None)
                self.calls.pop(step, None)
                self.digests.update(event.data.get("digests", {}))
            case "step_given_up":
                self.begun.pop(step, None)
                self.calls.pop(step, None)
            case "stopped":
                self.stopped = str(event.data.get("why", ""))
            case "ended":
                self.ended = str(event.data.get("how", ""))
            case _:
                pass

    def state(self, step: Step) -> str:
        """In one word, for people."""
        if step.id in self.done:
            return "done"
        if step.id in self.undone:
            return "undone"
        if step.id in self.begun:
            return "begun"
        return "next" if self.ready(step) else "later"

    def is_done(self, step: Step) -> bool:
        return step.id in self.done

    def ready(self, step: Step) -> bool:
        return step.id not in self.done and all(id_ in self.done for id_ in step.depends_on)

    def due(self, step: Step) -> datetime | None:
        """Of a wait: when the last of what it waits for was done. None: it is not."""
        if not self.ready(step):
            return None
        return max((self.done[id_] for id_ in step.depends_on), default=None)

    def closed_at(self, plan: TeardownPlan, api: str) -> datetime | None:
        """When the door of the API was closed for good."""
        closing = (step.id for step in plan.steps if step.phase == "close" and step.subject == api)
        return next((self.done[id_] for id_ in closing if id_ in self.done), None)


def progress_of(events: Iterable[Event]) -> Progress:
    progress = Progress()
    for event in events:
        progress.learn(event)
    return progress
