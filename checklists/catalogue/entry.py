"""An item as a file of the catalogue or of a team's settings says it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from checklists.model import Audience, How, Kind
from checklists.phases import PhaseName, StageNumber
from migrator.inventory.record import Record

Each = Literal["route", "stage", "delete", "edit", "unknown"]
"""Of what there is an item each: a route of the inventory, a stage of a live API, a live thing with that fate."""


class ItemEntry(Record):
    id: str = Field(
        pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$",
        description="capitals, digits and single hyphens; stable for ever",
    )
    title: str = Field(min_length=1)
    audience: Audience
    phase: PhaseName
    kind: Kind = "manual"
    action: str = ""
    undo: str = ""
    depends_on: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    how: How = "person"
    risk: int = Field(default=1, ge=1, le=5)
    probe: str | None = None
    valid_days: int | None = Field(default=None, ge=1)
    owner: str = ""


class EachEntry(ItemEntry):
    each: Each
    types: tuple[str, ...] = Field(default=(), description="of things in AWS; empty: those that no other entry names")


class PhaseEntry(Record):
    stage: StageNumber
    title: str
    months: int = Field(default=0, ge=0)
    days: int = Field(default=0, ge=0)
