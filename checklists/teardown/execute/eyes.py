"""What a teardown looks at right before a step, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from checklists.aws.estate import Account, GapKind, Thing
from checklists.idle.model import IdleProof
from checklists.referrers.model import Use
from checklists.teardown.model import TeardownPlan
from checklists.teardown.steps.tables import backup_name


class Unseen(Exception):
    """Raised when AWS did not answer. It is never taken for an absence. kind: as of a gap of a survey."""

    def __init__(self, operation: str, kind: GapKind, words: str = "") -> None:
        self.operation, self.kind, self.words = operation, kind, words
        super().__init__(operation, kind, words)

    def __str__(self) -> str:
        return f"{self.operation} was not answered ({self.kind}{f': {self.words}' if self.words else ''})"


@dataclass(frozen=True)
class Sight:
    """things: by ARN; what was looked for and is not in it, is not there. parts: of an API, by its ARN. uses: of
    everything that was looked for, by everybody who could use it."""

    things: Mapping[str, Thing]
    parts: Mapping[str, tuple[Thing, ...]] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()
    mappings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of an API, by its ARN: the custom domains that lead to it."""


@dataclass(frozen=True)
class Counted:
    """What metrics say of a time. total: None when there is no datapoint. words: '3 ClientError of stage prod'."""

    total: float | None
    words: str = ""


@dataclass(frozen=True)
class BackupSeen:
    arn: str
    status: str
    created_at: datetime


class Eyes(Protocol):
    """All raise Unseen when AWS did not answer whole."""

    def account(self) -> Account:
        """Whose credentials these are."""
        ...

    def look(self, subjects: Mapping[str, str], *, users: bool = False) -> Sight:
        """`subjects`: ARN -> type. `users`: also at all who could use them, and at mappings; that takes longer."""
        ...

    def idle(self, api: str, window: timedelta) -> IdleProof:
        """Of all stages of the API together."""
        ...

    def knocks(self, api: str, since: datetime, until: datetime) -> Counted:
        """Who came to a closed door: connections, messages and errors of all stages of an API."""
        ...

    def life(self, subject: str, kind: str, since: datetime) -> Counted:
        """Invocations of a function, or consumed capacity of a table."""
        ...

    def imports(self, stack: str) -> tuple[str, ...]:
        """Names of the stacks that import what this one exports."""
        ...

    def backups(self, table: str, name: str) -> tuple[BackupSeen, ...]:
        """Of this name, of a table by its ARN."""
        ...


def backups_made(eyes: Eyes, plan: TeardownPlan, table: str) -> list[BackupSeen]:
    """Of a table by its ARN: those that this teardown made. Clocks differ a little. Raises Unseen."""
    since = plan.made_at - timedelta(minutes=1)
    return [one for one in eyes.backups(table, backup_name(table.rpartition("/")[2])) if one.created_at >= since]
