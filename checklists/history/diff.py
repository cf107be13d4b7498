"""What has changed between two recorded runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from checklists.errors import RunUnknown
from checklists.history.file import History
from checklists.history.model import Run
from checklists.live import Seen
from checklists.model import LOUD, SETTLED, Status
from migrator.inventory.record import Record

Turn = Literal["better", "worse", "other"]


class ItemChange(Record):
    id: str
    before: Status | None = Field(description="None: the item was not there")
    after: Status | None = Field(description="None: the item is not there any more")
    evidence_changed: bool = Field(description="also where the status is the same")

    @property
    def turn(self) -> Turn:
        if self.after in LOUD or (self.before in SETTLED and self.after is not None and self.after not in SETTLED):
            return "worse"
        return "better" if self.after in SETTLED and self.before not in SETTLED else "other"


class RunDiff(Record):
    schema_version: Literal[1] = 1
    before: str = Field(description="id of the run")
    after: str
    days: int
    items: tuple[ItemChange, ...] = Field(description="in the order of ids; those that are the same are left out")
    done: int = Field(description="how many more are done or waived; negative for fewer")
    sites: int
    appeared: tuple[Seen, ...] = Field(default=(), description="live things that only the later run has")
    vanished: tuple[Seen, ...] = ()

    @property
    def same(self) -> bool:
        return not (self.items or self.appeared or self.vanished or self.sites)


def compare(before: Run, after: Run) -> RunDiff:
    """Live things are compared only where both runs have asked AWS."""
    changes = [_change(item_id, before, after) for item_id in sorted({*before.items, *after.items})]
    asked = before.accounts and after.accounts
    earlier, later = ({thing.arn: thing for thing in run.things} for run in (before, after))
    return RunDiff(
        before=before.id,
        after=after.id,
        days=(after.at.date() - before.at.date()).days,
        items=tuple(one for one in changes if one.before != one.after or one.evidence_changed),
        done=after.settled - before.settled,
        sites=after.sites - before.sites,
        appeared=tuple(later[arn] for arn in sorted(later.keys() - earlier.keys())) if asked else (),
        vanished=tuple(earlier[arn] for arn in sorted(earlier.keys() - later.keys())) if asked else (),
    )


def choose(history: History, names: Sequence[str]) -> tuple[Run, Run]:
    """The two runs that are meant: none named, the last two; one, it and the last; two, these. A name is an id or the
    beginning of one, which a day is too (20261130). Raises RunUnknown."""
    ids = tuple(run.id for run in history.runs)
    if not names and len(ids) < 2:
        raise RunUnknown(history.path, "before the last", ids)
    chosen = [_named(history, name) for name in names] or [history.runs[-2]]
    return (chosen[0], chosen[1]) if len(chosen) > 1 else (chosen[0], history.runs[-1])


def _named(history: History, name: str) -> Run:
    fitting = [run for run in history.runs if run.id == name] or [
        run for run in history.runs if name and run.id.startswith(name)
    ]
    if len({run.id for run in fitting}) != 1:
        raise RunUnknown(Path(history.path), name, tuple(run.id for run in history.runs))
    return fitting[-1]


def _change(item_id: str, before: Run, after: Run) -> ItemChange:
    earlier, later = before.items.get(item_id), after.items.get(item_id)
    return ItemChange(
        id=item_id,
        before=earlier.status if earlier else None,
        after=later.status if later else None,
        evidence_changed=bool(earlier and later and earlier.evidence != later.evidence),
    )
