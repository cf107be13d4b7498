"""The words of the referrer graph."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue

from migrator.inventory.record import Record

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


class Change(Record):
    """What has to be taken out of a thing that stays."""

    operation: str = Field(description="as boto3 names it: 'cloudwatch.put_dashboard'; '' when a person has to do it")
    parameters: dict[str, JsonValue] = Field(default_factory=dict, description="of the operation, after the change")
    undo_parameters: dict[str, JsonValue] = Field(default_factory=dict, description="of the same operation, before it")
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
