"""How many messages failed, and how late answers were, at the old service, the new one, and its shadows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from shim.dualrun.compare.payload import is_error_frame
from shim.dualrun.cutover.options import FallBackRules
from shim.dualrun.judge.latency import MIN_SAMPLES, quantile_of
from shim.gateway.frames import ENDPOINT_REQUEST_TIMED_OUT, INTERNAL_SERVER_ERROR, SERVICE_UNAVAILABLE
from shim.observing import Outcome

Where = Literal["old", "new", "shadow"]

MOST_KEPT: Final = 20_000

FAILED: Final[frozenset[Outcome]] = frozenset({"integration_error", "timed_out", "execution_error"})

_WORDS: Final = frozenset({INTERNAL_SERVER_ERROR, ENDPOINT_REQUEST_TIMED_OUT, SERVICE_UNAVAILABLE})


def is_failure(text: str) -> bool:
    """Whether a message to a client is an error frame that says that the service failed: one that speaks
    `docs/protocol.md` takes a message with 202, and says so later."""
    if not text.startswith('{"message"') or not is_error_frame(text):
        return False
    return any(f'"{words}"' in text for words in _WORDS)


@dataclass(frozen=True, slots=True)
class _Handled:
    at: float
    failed: bool
    latency_ms: float


class Rates:
    """Of the latest `window_s` seconds, and of at most 20,000 messages each."""

    def __init__(self, rules: FallBackRules, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._clock = clock
        self.begin_anew()

    def begin_anew(self) -> None:
        self._handled: dict[Where, deque[_Handled]] = {
            "old": deque(maxlen=MOST_KEPT),
            "new": deque(maxlen=MOST_KEPT),
            "shadow": deque(maxlen=MOST_KEPT),
        }

    def add(self, where: Where, outcome: Outcome, latency_s: float) -> None:
        self._handled[where].append(_Handled(self._clock(), outcome in FAILED, latency_s * 1000))

    def too_much(self) -> str | None:
        """What is too high, in words; None when nothing is, or when too few messages came to say so."""
        for where, name in (("new", "the new service"), ("shadow", "the shadow of the new service")):
            found = self._errors(where, name) or self._latency(where, name)  # type: ignore[arg-type]
            if found:
                return found
        return None

    def to_record(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for where in ("old", "new", "shadow"):
            handled = self._recent(where)
            if handled:
                p95 = _p95(handled)
                told[where] = {
                    "messages": len(handled),
                    "failed": sum(one.failed for one in handled),
                    "p95_ms": None if p95 is None else round(p95, 1),
                }
        return told

    def _errors(self, where: Where, name: str) -> str | None:
        new, old = self._recent(where), self._recent("old")
        if len(new) < self._rules.least_messages:
            return None
        at_old = _share(old) if len(old) >= self._rules.least_messages else 0.0
        if _share(new) <= at_old + self._rules.error_rate:
            return None
        return f"{_share(new):.1%} of messages fail at {name}, and {at_old:.1%} at the old service"

    def _latency(self, where: Where, name: str) -> str | None:
        new, old = self._recent(where), self._recent("old")
        if min(len(new), len(old)) < self._rules.least_messages:
            return None
        later, before = _p95(new), _p95(old)
        if later is None or before is None:
            return None
        if later <= before + max(self._rules.latency_ms, before * self._rules.latency_share):
            return None
        return f"p95 is {later:.0f} ms at {name}, and {before:.0f} ms at the old service"

    def _recent(self, where: Where) -> deque[_Handled]:
        handled, begin = self._handled[where], self._clock() - self._rules.window_s
        while handled and handled[0].at < begin:
            handled.popleft()
        return handled


def _share(handled: deque[_Handled]) -> float:
    return sum(one.failed for one in handled) / len(handled) if handled else 0.0


def _p95(handled: deque[_Handled]) -> float | None:
    """In milliseconds; None for too few to bound it."""
    if len(handled) < MIN_SAMPLES[0.95]:
        return None
    return quantile_of(sorted(one.latency_ms for one in handled), 0.95)
