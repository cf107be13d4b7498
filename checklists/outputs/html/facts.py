"""Facts as a card shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from checklists.evidence import Fact


@dataclass(frozen=True)
class Alike:
    """Facts that say the same of several subjects, as one observation."""

    first: Fact
    facts: tuple[Fact, ...]


def alike(facts: Iterable[Fact]) -> list[Alike]:
    """In the order of the first of each."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        said = fact.model_dump(mode="python", exclude={"subject"})
        found.setdefault(json.dumps(said, sort_keys=True, default=str), []).append(fact)
    return [Alike(group[0], tuple(group)) for group in found.values()]
