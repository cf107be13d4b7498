"""The words of the referrer graph."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from migrator.inventory.record import Location, Record

UseKind = Literal[
    "route",
    "integration",
    "authorizer",
    "invoke_permission",
    "event_source",
    "schedule",
    "rule",
    "state_machine",
    "subscription",
    "function_url",
    "alias",
    "environment",
    "parameter",
    "policy",
    "role",
    "stream",
    "replica",
    "mapping",
    "dns",
    "origin",
    "web_acl",
    "certificate",
    "alarm",
    "dashboard",
    "log_filter",
    "logs",
    "stack_export",
    "code",
    "metric",
]


class Use(Record):
    """That one thing uses, or only names, another."""

    user: str = Field(description="ARN; 'code:PATH:LINE' for a place in the application; a service's name otherwise")
    used: str = Field(description="ARN")
    kind: UseKind
    detail: str = Field(description="a few words: 'target of rule nightly', 'widget 3 of dashboard chat'")
    mention: bool = Field(
        default=False,
        description="True: the user goes on working without it, and is to be edited (a widget, a statement)",
    )
    certain: bool = Field(
        default=True,
        description="False: a pattern or a word tells of it (a stage variable, a wildcard, a name in a text); it "
        "counts as a user, and leads nowhere",
    )


class Change(Record):
    """What has to be taken out of a thing that stays."""

    operation: str = Field(description="as boto3 names it: 'cloudwatch.put_dashboard'; '' when a person has to do it")
    parameters: dict[str, JsonValue] = Field(default_factory=dict, description="of the operation, after the change")
    undo_parameters: dict[str, JsonValue] = Field(
        default_factory=dict, description="before it: of `undo_operation`, or of the same operation when that is empty"
    )
    undo_operation: str = Field(default="", description="'' when the same operation takes the change back")
    words: str = Field(description="one sentence: what goes and what stays")


Verdict = Literal["delete", "edit", "keep", "unknown"]


class Fate(Record):
    """What becomes of a thing when the WebSocket APIs go. `unknown` keeps it, and says what would have to be known."""

    subject: str = Field(description="ARN")
    verdict: Verdict
    why: str = Field(description="one sentence")
    users: tuple[Use, ...] = Field(default=(), description="who else uses it; those outside of what goes come first")
    changes: tuple[Change, ...] = Field(default=(), description="of an edit")
    missing: tuple[str, ...] = Field(default=(), description="of an unknown: operations that were denied or not called")


DeclaredKind = Literal["api", "function", "table", "resource"]


class Declared(Record):
    """Something that the application declares, or that its code uses."""

    kind: DeclaredKind
    id: str = Field(description="logical id, or the id that the inventory has for it")
    type: str = Field(description="CloudFormation's name of it")
    name: str = Field(default="", description="physical name; empty when AWS makes one, or it is not known")
    location: Location | None = None


class Pair(Record):
    declared: Declared
    live: str = Field(description="ARN")
    why: str = Field(description="a few words: 'logical id WebsocketsApi of stack chat-dev'")


class Ambiguous(Record):
    declared: Declared
    live: tuple[str, ...] = Field(description="ARNs, any of which may be it")
    why: str


class Unmatched(Record):
    """Live, and nothing that was scanned declares it."""

    live: str = Field(description="ARN")
    why: str


class Undeployed(Record):
    """Declared, and nothing live is it."""

    declared: Declared
    why: str
    missing: tuple[str, ...] = Field(
        default=(), description="operations that were denied or not called, so that it may be live all the same"
    )


class Matching(Record):
    """What is declared against what is live."""

    pairs: tuple[Pair, ...] = ()
    live_only: tuple[Unmatched, ...] = ()
    declared_only: tuple[Undeployed, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()


class Orphan(Record):
    """Something that once belonged to a thing that is gone."""

    subject: str = Field(description="ARN")
    why: str = Field(description="one sentence: what it belonged to, and how that is known to be gone")
    change: Change | None = Field(default=None, description="None: the thing itself can go")
