"""How AWS is changed: one place that only calls what the table allows, retries what may pass, and writes down both
before and after."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Protocol

from checklists.aws.estate import GapKind
from checklists.teardown.allowed import operation_of
from checklists.teardown.clock import Clock
from checklists.teardown.errors import JournalBroken, JournalUnwritable
from checklists.teardown.execute.journal import Journal
from checklists.teardown.model import Call
from shim.redaction import HIDDEN

ATTEMPTS: Final = 6
"""Of a call that was throttled, or met something busy: 2 + 4 + 8 + 16 + 32 seconds lie between them."""

GONE: Final = (
    "NotFoundException",
    "ResourceNotFoundException",
    "ResourceNotFound",
    "NoSuchEntity",
    "TableNotFoundException",
    "DashboardNotFoundError",
    "NotFound",
)
"""How services say that something is not there."""


BUSY: Final = (
    "ConcurrentModification",
    "ConcurrentModificationException",
    "ConflictException",
    "DeleteConflict",
    "LimitExceededException",
    "OperationAbortedException",
    "PriorRequestNotComplete",
    "ResourceConflictException",
    "ResourceInUseException",
)
"""How services say that something is still being changed, or not yet let go: it passes, or it does not."""


class CallFailed(Exception):
    """Raised when AWS refused a call, or did not answer. kind: as of a gap of a survey."""

    def __init__(self, call: Call, kind: GapKind, code: str, words: str) -> None:
        self.call, self.kind, self.code, self.words = call, kind, code, words
        super().__init__(call, kind, code, words)

    def __str__(self) -> str:
        return f"{self.call.name} failed: {self.words or self.kind} ({self.code or self.kind})"

    @property
    def passes(self) -> bool:
        """Whether the same call may do better in a while."""
        return self.kind == "throttled" or self.code in BUSY

    @property
    def gone(self) -> bool:
        return self.code in GONE


class Hands(Protocol):
    def call(self, call: Call) -> dict[str, Any]:
        """Makes one call, once. Raises CallFailed."""
        ...


class Executor:
    """All changes go through it. `say`: is told before each call."""

    def __init__(self, hands: Hands, journal: Journal, clock: Clock, say: Callable[[str], None]) -> None:
        self._hands, self._journal, self._clock, self._say = hands, journal, clock, say

    def do(self, step: str, call: Call, event: str = "call") -> dict[str, Any]:
        """Raises CallNotAllowed, CallFailed or JournalUnwritable."""
        operation_of(call)
        if HIDDEN in json.dumps(call.parameters):
            why = "a value in it was hidden by the survey, and would be lost: make this change by hand"
            raise CallFailed(call, "failed", "HiddenValue", why)
        self._journal.write(f"{event}_begun", step=step, call=call.model_dump(mode="json"))
        self._say(f"  {call.name} {_named(call)}".rstrip())
        try:
            answer = self._patiently(call)
        except CallFailed as error:
            self._journal.write(f"{event}_failed", step=step, name=call.name, code=error.code, words=error.words)
            raise
        self._journal.write(f"{event}_ended", step=step, name=call.name)
        return answer

    def restore(self, step: str, calls: tuple[Call, ...], event: str) -> None:
        """Makes all calls though the journal can't be written: a full disk locks nobody out. Raises CallFailed of the
        first that failed, after all were tried; else JournalUnwritable or JournalBroken."""
        failed: CallFailed | None = None
        unwritten: JournalUnwritable | JournalBroken | None = None
        for call in calls:
            try:
                try:
                    self.do(step, call, event)
                except (JournalUnwritable, JournalBroken) as error:
                    unwritten = unwritten or error
                    self._patiently(call)  # a second time does no harm: it sets what is set
            except CallFailed as error:
                failed = failed or error
        if failed is not None:
            raise failed
        if unwritten is not None:
            raise unwritten

    def _patiently(self, call: Call) -> dict[str, Any]:
        wait_s = 2.0
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._hands.call(call)
            except CallFailed as error:
                if not error.passes or attempt == ATTEMPTS:
                    raise
            self._clock.wait_until(self._clock.now() + timedelta(seconds=wait_s))
            wait_s *= 2
        raise AssertionError("unreachable")


def _named(call: Call) -> str:
    """What it is about, without documents."""
    return " ".join(f"{key}={value}" for key, value in call.parameters.items() if isinstance(value, str | int | bool))
