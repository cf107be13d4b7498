"""Nodes that held streams and could not reach Redis, for so long that nobody knew any more that they live. Imports
nothing of the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.chaos.facts import LOOKS_S, Facts, Story
from tests.chaos.history import Ran, Trouble

KEEPS_FROM_REDIS = frozenset({"cut_back", "cut_back_out", "cut_back_in", "cut_server", "stop_node"})

REDIS_AWAY = frozenset({"pause_redis", "stop_redis", "kill_redis"})
"""For all nodes."""

BACK_S = 1.0
"""Within which a node that can reach Redis again has done so: it tries three times in a lease, and waits for half of
one."""

CUT_S = 0.3
"""Within which a cut is made."""


@dataclass(frozen=True, slots=True)
class Away:
    """How long a node did not reach Redis. `all_back`: when all others did again, if none of them did meanwhile."""

    begun: float
    ended: float
    all_back: float = 0.0

    @property
    def is_alone(self) -> bool:
        return self.ended > self.all_back


def was_cut_off(facts: Facts, story: Story, since: float) -> bool:
    """Whether its end was due since its node was away. `since`: until when its client had a stream.

    A node renews its lease well before half of it is over, and what it held ends a window after the lease. It begins no
    stream meanwhile, and until it is back its clients hear nothing that was pushed when its lease was over."""
    rules = facts.rules
    told = next((line.at for line in facts.history.of(Ran) if _ends(line, story)), None)
    begun = max([story.opened, *story.resumed])
    for away in (one for node in range(rules.nodes) for one in _away(facts, node)):
        back = away.ended + BACK_S
        due = max(away.begun + rules.lease_s / 2 + rules.window_s, away.all_back and away.all_back + rules.lease_s)
        heard = (got for got, push in facts.heard(story) if push.begun >= away.begun + rules.lease_s)
        if told is None or not (begun - CUT_S <= away.begun <= since and due <= back and due <= told <= back + LOOKS_S):
            continue
        if all(got.at >= away.ended for got in heard):
            return True
    return False


def was_held(facts: Facts, ended_at: float) -> bool:
    """Whether some node could have a stream of a connection that others had ended at that time, as one of a node that
    was not heard of for a lease and a window."""
    longest_s = facts.rules.lease_s / 2 + facts.rules.window_s
    return any(
        begun + longest_s <= ended_at <= until + BACK_S
        for node in range(facts.rules.nodes)
        for begun, until, _troubles in _joined(facts, partial(_is_of, node))
    )


def _ends(line: Ran, story: Story) -> bool:
    return line.route == "$disconnect" and line.connection == story.connection and line.code == 1006


def _away(facts: Facts, node: int) -> Iterator[Away]:
    """Redis may have been away for all before it was cut off: then nobody is given up for a lease more."""
    for begun, ended, troubles in _joined(facts, lambda one: one.what in REDIS_AWAY or _is_of(node, one)):
        away = Away(begun, ended, max((one.ended for one in troubles if one.what in REDIS_AWAY), default=0.0))
        if away.is_alone:
            yield away


def _is_of(node: int, trouble: Trouble) -> bool:
    return trouble.node == node and trouble.what in KEEPS_FROM_REDIS


def _joined(facts: Facts, counts: Callable[[Trouble], bool]) -> Iterator[tuple[float, float, list[Trouble]]]:
    """From when to when, of those that count; one may follow another before the node is back."""
    together: list[Trouble] = []
    ended = 0.0
    for trouble in sorted(filter(counts, facts.troubles), key=lambda trouble: trouble.begun):
        if together and trouble.begun > ended + BACK_S:
            yield together[0].begun, ended, together
            together, ended = [], 0.0
        together.append(trouble)
        ended = max(ended, trouble.ended)
    if together:
        yield together[0].begun, ended, together
