"""The words of a synchronisation: issues as they are, as they shall be, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

State = Literal["open", "closed"]

LABEL: Final = "ws2sse"
"""On every issue of ours: by it they are found. Ours are also the labels that begin with it and a colon."""

MAX_SUB_ISSUES: Final = 100
"""Of one parent. https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues"""

MAX_BLOCKED_BY: Final = 50
"""Of one issue. https://github.blog/changelog/2025-08-21-dependencies-on-issues/"""


class Issue(BaseModel):
    """https://docs.github.com/en/rest/issues/issues: what is read of it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    id: int = Field(description="what sub-issues and dependencies are named by; not the number")
    title: str
    body: str = ""
    state: State
    state_reason: str | None = None
    labels: tuple[str, ...] = ()

    @field_validator("body", mode="before")
    @classmethod
    def _no_body(cls, value: object) -> object:
        return "" if value is None else value

    @field_validator("labels", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, list):
            return value
        return tuple(one.get("name") or "" if isinstance(one, dict) else one for one in value)


@dataclass(frozen=True)
class Wanted:
    """An issue as the checklist has it. item: '' for the parent."""

    item: str
    title: str
    text: str
    """What stands inside of our block."""
    labels: tuple[str, ...]
    done: bool
    evidence: str
    """Digest of what the status rests on: another one is new evidence."""
    blocked_by: tuple[str, ...] = ()
    """Items."""


@dataclass(frozen=True)
class Found:
    """What the repository has of one application."""

    issues: dict[str, Issue] = field(default_factory=dict)
    """By item; '' is the parent."""
    attached: frozenset[int] = frozenset()
    """Ids of the parent's sub-issues."""
    blocked_by: dict[str, frozenset[int]] = field(default_factory=dict)
    """Item -> ids of the issues that block it."""
    problems: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Item -> number of an issue that can't be read safely, and why."""


Kind = Literal["create", "update", "close", "reopen", "leave"]


@dataclass(frozen=True)
class Step:
    kind: Kind
    wanted: Wanted
    why: str
    issue: Issue | None = None
    """None for one that is to be created, or that is left without an issue."""
    for_a_person: bool = False
    """Left, and somebody has to decide."""


@dataclass(frozen=True)
class Plan:
    """In the order in which it is carried out. attach: items that become sub-issues. block: (item, what blocks it)."""

    steps: tuple[Step, ...]
    attach: tuple[str, ...]
    block: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.kind != "leave")

    @property
    def empty(self) -> bool:
        return not (self.changes or self.attach or self.block)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema_version": 1,
            "steps": [
                {
                    "kind": step.kind,
                    "item": step.wanted.item,
                    "title": step.wanted.title,
                    "issue": step.issue.number if step.issue else None,
                    "why": step.why,
                    "for_a_person": step.for_a_person,
                }
                for step in self.steps
            ],
            "attach": list(self.attach),
            "block": [{"item": item, "blocked_by": blocker} for item, blocker in self.block],
            "notes": list(self.notes),
        }
