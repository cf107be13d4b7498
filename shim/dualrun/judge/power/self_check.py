"""Injects faults, compares what was touched again, and counts what was found under which name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from shim.dualrun.compare.difference import Comparison, Difference
from shim.dualrun.compare.message_type import type_of_event
from shim.dualrun.judge.power.faults import FAULTS, FaultKind, Site
from shim.dualrun.judge.power.on_leaves import leaf_sites
from shim.dualrun.judge.power.on_lifecycle import lifecycle_sites
from shim.dualrun.judge.power.on_messages import message_sites
from shim.dualrun.judge.power.on_recipients import recipient_sites
from shim.dualrun.judge.power.power import Missed, Power, Tally
from shim.dualrun.judge.power.stage import Stage
from shim.dualrun.record.canonical import Event
from shim.dualrun.record.scenario import Session

Recompare = Callable[[Session, Sequence[Event]], Comparison]
"""A session with other events of the new path, under the rules that hold. It must leave no trace in them."""

MAX_OF_A_KIND: Final = 3
"""Faults of each kind for each type of message."""

MAX_COMPARED: Final = 50_000
"""Events that are compared again in all: a few seconds, however long the recordings are."""

MAX_SITES: Final = 20_000
"""Places that are considered; sessions come in an order that the seed decides."""


@dataclass(frozen=True, slots=True)
class Stageable:
    """A session that was compared. candidate: what the new path sent. found: what the comparison says of it."""

    session: Session
    candidate: Sequence[Event]
    found: Comparison


def check_power(
    sessions: Iterable[Stageable],
    recompare: Recompare,
    *,
    seed: int = 0,
    of_a_kind: int = MAX_OF_A_KIND,
    compared: int = MAX_COMPARED,
) -> Power:
    """`seed` decides which faults, of all that are possible; the same one gives the same."""
    chance = Random(seed)  # noqa: S311 - a seed is the point
    tallies: dict[tuple[FaultKind, str], Tally] = {}
    missed: list[Missed] = []
    for stage, site in _chosen(list(sessions), chance, of_a_kind, compared):
        what = type_of_event(site.about)
        named, found = look_for(stage, site, chance, recompare)
        tallies.setdefault((site.kind, what), Tally(site.kind, what)).count(found=found, named=named)
        if not found:
            about = site.about
            route = stage.session.route_of(about.step)
            missed.append(Missed(site.kind, what, stage.session.name, about.step, about.client, route))
    return Power(tuple(tallies.values()), tuple(missed))


def sites_of(stage: Stage) -> Iterator[Site]:
    yield from recipient_sites(stage)
    yield from message_sites(stage)
    yield from leaf_sites(stage)
    yield from lifecycle_sites(stage)


def look_for(stage: Stage, site: Site, chance: Random, recompare: Recompare) -> tuple[bool, bool]:
    """Whether a fault is called by a right name, and whether it is found at all."""
    meaning = FAULTS[site.kind]
    after = recompare(stage.session, site.inject(chance))
    if meaning.by_design:
        new = _signs(after.differences) - _signs(stage.found.differences)
        counted = Counter(after.by_design) - Counter(stage.found.by_design)
        found = bool(new or counted)
        return found, found
    new = _signs(after.unexplained) - _signs(stage.found.unexplained)
    kinds = {sign[0] for sign in new}
    return not kinds.isdisjoint(meaning.classes), bool(new)


def _signs(differences: Iterable[Difference]) -> Counter[tuple[Hashable, ...]]:
    return Counter(
        (found.kind, found.client, found.step, found.path, found.expected, found.found) for found in differences
    )


def _chosen(sessions: list[Stageable], chance: Random, of_a_kind: int, compared: int) -> Iterator[tuple[Stage, Site]]:
    """Of each kind and type of message as many as are wanted; where time is short, a few of each."""
    chance.shuffle(sessions)
    pools: dict[tuple[FaultKind, str], list[tuple[Stage, Site]]] = {}
    considered = 0
    for material in sessions:
        if considered >= MAX_SITES:
            break
        stage = Stage(material.session, material.candidate, material.found, chance)
        for site in sites_of(stage):
            pools.setdefault((site.kind, type_of_event(site.about)), []).append((stage, site))
            considered += 1
    rounds: list[tuple[int, bool, float, Stage, Site]] = []
    for (kind, _), pool in pools.items():
        picked = chance.sample(pool, min(of_a_kind, len(pool)))
        rounds += [(n, not FAULTS[kind].leak, chance.random(), *pick) for n, pick in enumerate(picked)]
    rounds.sort(key=lambda entry: entry[:3])
    for _, _, _, stage, site in rounds:
        compared -= len(stage.events)
        if compared < 0:
            break
        yield stage, site
