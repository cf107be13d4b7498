"""How many differences there are by route, type of message and class, and what explains them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from shim.dualrun.compare.classes import DifferenceClass
from shim.dualrun.compare.difference import Difference
from shim.dualrun.compare.message_type import type_of
from shim.dualrun.judge.verdict import NO_ROUTE

MAX_TALLIES: Final = 200
"""Lines of the table; types come from messages, so there may be any number. The others are added up as OTHER_TYPES."""

OTHER_TYPES: Final = "(other types)"

Explanation = Literal["unexplained", "by_design", "noise", "waiver"]


@dataclass(frozen=True, slots=True)
class Tally:
    route: str
    type: str
    kind: DifferenceClass
    unexplained: int = 0
    by_design: int = 0
    noise: int = 0
    waiver: int = 0


def tally(differences: Iterable[Difference]) -> tuple[Tally, ...]:
    """By route, then the largest number of unexplained first."""
    counted: Counter[tuple[str, str, DifferenceClass, Explanation]] = Counter(
        (found.route or NO_ROUTE, type_of(found), found.kind, explanation(found)) for found in differences
    )
    places = Counter[tuple[str, str, DifferenceClass]]()
    for (route, kind_of_message, kind, explained), number in counted.items():
        # What nothing explains is never added up as long as something explained can be.
        places[route, kind_of_message, kind] += number * (1_000_000 if explained == "unexplained" else 1)
    kept = {place for place, _ in places.most_common(MAX_TALLIES)}
    lines: dict[tuple[str, str, DifferenceClass], Counter[Explanation]] = {}
    for (route, kind_of_message, kind, explained), number in counted.items():
        place = (route, kind_of_message, kind)
        lines.setdefault(place if place in kept else (route, OTHER_TYPES, kind), Counter())[explained] += number
    made = [
        Tally(*place, line["unexplained"], line["by_design"], line["noise"], line["waiver"])
        for place, line in lines.items()
    ]
    return tuple(sorted(made, key=lambda line: (line.route, -line.unexplained, line.type, line.kind)))


def explanation(found: Difference) -> Explanation:
    """What its `explained` begins with, as in 'by_design:late'."""
    match (found.explained or "").partition(":")[0]:
        case "":
            return "unexplained"
        case "by_design":
            return "by_design"
        case "waiver":
            return "waiver"
        case _:
            return "noise"
