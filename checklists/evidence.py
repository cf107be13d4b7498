"""What is known of an item: facts, and what a probe makes of them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from migrator.inventory.record import Location, Record

Source = Literal["code", "infrastructure", "report", "git", "aws", "person"]
"""code, infrastructure: the scan; report: a dual run; git: the history of the repository; person: a tick, an answer."""

Verdict = Literal["supports", "refutes", "no_data", "error", "stale"]
"""Only `supports` is a yes. no_data: nothing was measured that would tell; error: it was asked, and the answer failed
(denied, throttled, expired); stale: it is older than what it speaks of, or than it may be."""


class Window(Record):
    """The time that a fact speaks of."""

    start: datetime
    end: datetime


class Fact(Record):
    """One thing that was observed, with what it takes to observe it again."""

    id: str = Field(description="'git.removed_in', 'aws.ConnectCount'")
    source: Source
    subject: str = Field(description="ARN, path in the application, or id of an item")
    value: JsonValue
    unit: str = ""
    observed_at: datetime
    window: Window | None = Field(default=None, description="None: it is true of one moment")
    query: str = Field(default="", description="the operation or the command that was asked")

    @property
    def digest(self) -> str:
        """The same for the same observation at another time. 64 hex digits."""
        return _digest(self.model_dump(mode="json", exclude={"observed_at"}))


class Pointer(Record):
    """A place that the evidence speaks of."""

    location: Location
    note: str = ""


class Progress(Record):
    done: int
    total: int


class Evidence(Record):
    """What a probe says of an item. `no_data` is never a yes."""

    verdict: Verdict
    summary: str = Field(description="plain text, one sentence or two")
    locations: tuple[Pointer, ...] = ()
    progress: Progress | None = Field(default=None, description="None when there is nothing to count")
    facts: tuple[Fact, ...] = ()
    control: str = Field(
        default="",
        description="where absence is the proof: what shows that a presence would have been seen; empty elsewhere",
    )

    @property
    def digest(self) -> str:
        """The same for the same findings at another time. 64 hex digits."""
        return _digest(
            {
                "verdict": self.verdict,
                "summary": self.summary,
                "locations": [pointer.model_dump(mode="json") for pointer in self.locations],
                "facts": [fact.digest for fact in self.facts],
            }
        )


def _digest(value: JsonValue) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
