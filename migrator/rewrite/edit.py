"""What a migration would write: values that are computed first, checked as a whole, and only then written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from migrator.inventory.by_route import RoutePlan, UnknownSenders
from migrator.inventory.outcome import Account, Level

InfraKind: TypeAlias = Literal["sam", "cloudformation", "serverless", "terraform", "cdk-typescript", "cdk-python"]


@dataclass(frozen=True)
class FileEdit:
    """One file of the new application, as text with its line ends as they will be on the disk."""

    path: str
    """POSIX path relative to the application's folder."""
    before: str | None
    """The text in the application today; None for a file that it doesn't have."""
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class RouteLevel:
    """How a route is served in the new application, and why it isn't served better."""

    api: str
    key: str
    handler: str
    """Handler id, '<path>:<function>'."""
    level: Level | None
    """None when the route has no Python handler that can be mounted."""
    reason: str
    """Why not native; for a native route what was proven."""


@dataclass(frozen=True)
class LeftBehind:
    """A file of the application that the new one doesn't get."""

    path: str
    reason: str


@dataclass(frozen=True)
class InfraFile:
    """A file of the infrastructure, and what the two steps make of it."""

    path: str
    kind: InfraKind
    ready: bool
    """Whether the patch of the later step takes what only the WebSocket path uses out of it."""
    reason: str
    """What leaves; or why nothing can."""
    service: str | None
    """The file that declares the new service for it; None when there is none."""
    resources: tuple[str, ...]
    """Ids of what leaves in the later step."""
    notes: tuple[str, ...] = ()
    """Sentences for a person: what the new service should have got and didn't."""


@dataclass(frozen=True)
class Finding:
    """A use of the WebSocket API in the result that is neither marked nor accounted for: a bug of ours."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Plan:
    """Everything that `ws2sse migrate` would do. Nothing has been written yet."""

    application: Path
    edits: tuple[FileEdit, ...]
    """Files that are rewritten or new. Unchanged ones are in `copies`."""
    copies: tuple[str, ...]
    """Files that go along byte for byte, as paths relative to the application's folder."""
    left_behind: tuple[LeftBehind, ...]
    account: Account
    routes: tuple[RouteLevel, ...]
    findings: tuple[Finding, ...]
    by_route: tuple[RoutePlan, ...] = ()
    unknown_senders: UnknownSenders = field(default_factory=UnknownSenders)
    left: str | None = None
    """Why nothing is written, as a sentence; None when there is a successor."""
    infrastructure: tuple[InfraFile, ...] = ()
