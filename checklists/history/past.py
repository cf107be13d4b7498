"""What the history tells of single items and things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from checklists.history.model import Run, RunItem
from checklists.live import Seen
from checklists.model import SETTLED, Status


def as_decided(thing: Seen, before: Seen | None) -> Seen:
    """The thing with the lot of before, where the later look could not tell it."""
    return before if before is not None and thing.lot == "unknown" else thing


@dataclass(frozen=True)
class Past:
    """The runs before today's, oldest first."""

    runs: Sequence[Run] = ()

    def last(self, item_id: str) -> RunItem | None:
        """The item in the newest run that has it."""
        return self._last.get(item_id)

    def was_done(self, item_id: str) -> bool:
        """Whether it was done when it was last recorded, or has been called regressed since."""
        last = self.last(item_id)
        return last is not None and (last.without_waiver or last.status) in {"done", "regressed"}

    def since(self, item_id: str, status: Status, today: date) -> date | None:
        """First recorded day of the status that it has today; None without any run."""
        if not self.runs:
            return None
        first = today
        for run in reversed(self.runs):
            item = run.items.get(item_id)
            if item is None or item.status != status:
                break
            first = min(first, run.at.date())
        return first

    def ticked_since(self, item_id: str) -> date | None:
        """First recorded day of the tick that it has today; None when no run has seen it."""
        first = None
        for run in reversed(self.runs):
            item = run.items.get(item_id)
            if item is None or not item.ticked:
                break
            first = run.at.date()
        return first

    def reopened(self, item_id: str, status: Status) -> int:
        """How often it was settled and then was not, today included."""
        said = [run.items[item_id].status for run in self.runs if item_id in run.items]
        return sum(before in SETTLED and after not in SETTLED for before, after in pairwise((*said, status)))

    @cached_property
    def _last(self) -> dict[str, RunItem]:
        return {item_id: item for run in self.runs for item_id, item in run.items.items()}

    @cached_property
    def things(self) -> dict[str, tuple[Seen, date]]:
        """By ARN: each live thing that was ever seen, as it was last, and the day. What was decided once stays so while
        a later survey can't tell."""
        found: dict[str, tuple[Seen, date]] = {}
        for run in self.runs:
            for thing in run.things:
                before = found.get(thing.arn)
                found[thing.arn] = (as_decided(thing, before[0] if before else None), run.at.date())
        return found

    @cached_property
    def usd_month(self) -> tuple[float, date] | None:
        """The first recorded cost of the WebSocket path, and its day."""
        return next(((run.usd_month, run.at.date()) for run in self.runs if run.usd_month is not None), None)
