"""What came of the injected faults, and whether it is enough to believe a PASS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from shim.dualrun.judge.power.faults import FAULTS, FaultKind

FLOOR: Final = 0.95
"""Least share of injected faults that must be found, over all and of each type of message; of leaks, all."""

FEW: Final = 20
"""Of a type with fewer faults than this, one may be missed: its share would say more than so few can."""

MAX_MISSED: Final = 50
"""Faults that are listed in the JSON form."""


@dataclass(slots=True)
class Tally:
    """Of one kind of fault in one type of message. named: found, and called what it is."""

    kind: FaultKind
    message_type: str
    injected: int = 0
    found: int = 0
    named: int = 0

    def count(self, *, found: bool, named: bool) -> None:
        self.injected += 1
        self.found += found
        self.named += named

    def add(self, other: Tally) -> None:
        self.injected += other.injected
        self.found += other.found
        self.named += other.named

    def to_record(self) -> dict[str, int]:
        return {"injected": self.injected, "found": self.found, "named": self.named}


@dataclass(frozen=True, slots=True)
class Missed:
    """step: 0-based. route: None for a step that exercises none."""

    kind: FaultKind
    message_type: str
    session: str
    step: int
    client: str
    route: str | None

    def __str__(self) -> str:
        return (
            f"{FAULTS[self.kind].sentence[:-1]} ({self.kind}): {self.message_type} to {self.client} in session "
            f"{self.session!r}, step {self.step + 1}."
        )


@dataclass(frozen=True, slots=True)
class Power:
    tallies: tuple[Tally, ...] = ()
    missed: tuple[Missed, ...] = ()

    @property
    def injected(self) -> int:
        return sum(tally.injected for tally in self.tallies)

    @property
    def found(self) -> int:
        return sum(tally.found for tally in self.tallies)

    @property
    def share(self) -> float | None:
        """None when nothing could be injected."""
        return self.found / self.injected if self.injected else None

    def by_kind(self) -> dict[FaultKind, Tally]:
        sums: dict[FaultKind, Tally] = {}
        for tally in self.tallies:
            sums.setdefault(tally.kind, Tally(tally.kind, "")).add(tally)
        return {kind: sums[kind] for kind in FAULTS if kind in sums}

    def by_type(self) -> dict[str, Tally]:
        sums: dict[str, Tally] = {}
        for tally in self.tallies:
            sums.setdefault(tally.message_type, Tally(tally.kind, tally.message_type)).add(tally)
        return dict(sorted(sums.items()))

    @property
    def too_weak(self) -> tuple[str, ...]:
        """Sentences on what would not have been noticed; empty when a PASS can be believed."""
        return tuple(self._weaknesses())

    def _weaknesses(self) -> Iterator[str]:
        for missed in self.missed:
            if FAULTS[missed.kind].leak:
                yield f"An injected leak was not found. {missed}"
        if self.share is not None and self.share < FLOOR:
            yield f"{self.found} of {self.injected} injected faults were found; {FLOOR:.0%} are needed."
        yield from (f"Messages {name!r}: {weakness}." for name, weakness in self.weak_types().items())

    def weak_types(self) -> dict[str, str]:
        """By type of message, what would not have been noticed in it."""
        weak = {}
        for name, tally in self.by_type().items():
            allowed = 1 if tally.injected < FEW else tally.injected * (1 - FLOOR)
            if tally.injected - tally.found > allowed:
                kinds = sorted({missed.kind for missed in self.missed if missed.message_type == name})
                weak[name] = f"{tally.found} of {tally.injected} injected faults were found, not of {', '.join(kinds)}"
        return weak

    def to_record(self) -> dict[str, Any]:
        return {
            "injected": self.injected,
            "found": self.found,
            "share": self.share,
            "floor": FLOOR,
            "enough": not self.too_weak,
            "by_kind": {kind: tally.to_record() for kind, tally in self.by_kind().items()},
            "by_type": {name: tally.to_record() for name, tally in self.by_type().items()},
            "missed": [str(missed) for missed in self.missed[:MAX_MISSED]],
        }
