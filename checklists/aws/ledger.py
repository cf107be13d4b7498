"""The book of what was asked, what answered whole, and what could not be learned. Threads write into one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from threading import Lock

from checklists.aws.estate import Asked, Gap
from checklists.aws.failures import Failure
from checklists.aws.permissions import permission

Place = tuple[str, str]
"""Account and region."""


class Ledger:
    def __init__(self) -> None:
        self._lock = Lock()
        self._asked: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        self._gaps: dict[tuple[str, str, str, str], Gap] = {}
        self._signed_out: dict[str, Failure] = {}

    def answered(self, place: Place, operation: str, *, calls: int, found: int) -> None:
        """All pages of an answer came. `calls` is 0 when the operation had nothing to be asked about."""
        with self._lock:
            counts = self._asked[*place, operation]
            counts[0] += calls
            counts[1] += found

    def gap(self, place: Place, operation: str, failure: Failure, subject: str = "") -> None:
        """The first reason stands, when several come for one operation and subject."""
        gap = Gap(
            account=place[0],
            region=place[1],
            operation=operation,
            subject=subject,
            kind=failure.kind,
            code=failure.code,
            message=failure.message,
            permission=permission(operation) if failure.kind == "denied" else "",
        )
        with self._lock:
            self._gaps.setdefault((*place, operation, subject), gap)
            if failure.kind == "expired":
                self._signed_out.setdefault(place[0], failure)

    def close(self, place: Place, operations: Iterable[str], parents: Iterable[str]) -> None:
        """What was to be asked about things that the `parents` tell is known as little as they are; and when they told
        of nothing to ask about, that is an answer."""
        asked_of = set(parents)
        with self._lock:
            gaps = [gap for key, gap in sorted(self._gaps.items()) if key[:2] == place and key[2] in asked_of]
            unasked = [one for one in sorted(asked_of) if (*place, one) not in self._asked]
        why: Failure | None = None
        if gaps:
            why = Failure(gaps[0].kind, gaps[0].code, f"{gaps[0].operation}: {gaps[0].message}")
        elif unasked:
            why = Failure("limit", "", f"{unasked[0]} was not asked, which tells what to ask about")
        for operation in operations:
            if why is None:
                self.answered(place, operation, calls=0, found=0)
            else:
                self.gap(place, operation, why)

    def signed_out(self, account: str) -> Failure | None:
        """Why nothing more is asked of an account; None as long as its credentials are good."""
        with self._lock:
            return self._signed_out.get(account)

    def asked(self) -> tuple[Asked, ...]:
        with self._lock:
            return tuple(
                Asked(account=account, region=region, operation=operation, calls=calls, found=found)
                for (account, region, operation), (calls, found) in sorted(self._asked.items())
            )

    def gaps(self) -> tuple[Gap, ...]:
        with self._lock:
            return tuple(gap for _, gap in sorted(self._gaps.items()))
