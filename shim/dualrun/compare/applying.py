"""The side that applies noise rules between the legacy path and the new one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from shim.dualrun.compare.bijection import Bijection
from shim.dualrun.compare.evidence import relative_difference, text_of
from shim.dualrun.compare.leaves import ABSENT, Leaf, TokenPair, Walk, is_number
from shim.dualrun.compare.matching import OF_LEAVES, RULE_OF
from shim.dualrun.compare.message_type import type_of_value
from shim.dualrun.compare.moments import WINDOW_S
from shim.dualrun.compare.payload import general, value_of
from shim.dualrun.compare.rules import NoiseRule, RuleKey, RuleKind, label
from shim.dualrun.compare.typed import HERE, both_now, objection
from shim.dualrun.compare.unordered import Unordered
from shim.dualrun.compare.volatile import IdsEverywhere, Position, Volatile
from shim.dualrun.record.canonical import Event

EVERYWHERE: Final = "in another session"


@dataclass(frozen=True, slots=True)
class RuleSet:
    """rules: by message type and path. given: keys of the user's own rules, which need nothing learned in this run."""

    places: Mapping[tuple[str, str], Mapping[RuleKind, NoiseRule]]
    lists: Mapping[str, Mapping[str, str]]
    watched: Mapping[str, frozenset[str]]
    given: frozenset[RuleKey]

    @classmethod
    def of(cls, rules: Iterable[NoiseRule], given: Iterable[NoiseRule] = ()) -> RuleSet:
        """Where both have a rule, the user's own counts."""
        own = {rule.key: rule for rule in given}
        places: dict[tuple[str, str], dict[RuleKind, NoiseRule]] = {}
        lists: dict[str, dict[str, str]] = {}
        watched: dict[str, set[str]] = {}
        for rule in (*own.values(), *(rule for rule in rules if rule.key not in own)):
            places.setdefault((rule.message, rule.path), {})[rule.kind] = rule
            if rule.kind == "unordered_array":
                lists.setdefault(rule.message, {})[rule.path] = str(rule.parameter or "")
            if rule.kind == "counter" and "[]" not in rule.path:
                watched.setdefault(rule.message, set()).add(rule.path)
        frozen = {message: frozenset(paths) for message, paths in watched.items()}
        return cls(places, lists, frozen, frozenset(own))

    def at(self, message: str, path: str) -> Mapping[RuleKind, NoiseRule]:
        return self.places.get((message, path), {})


class NoiseMatcher:
    """Only what the legacy path does not agree on with itself may differ, and only within the limits of its rule."""

    def __init__(self, rules: RuleSet, volatile: Volatile, everywhere: IdsEverywhere) -> None:
        self.hits: Counter[RuleKey] = Counter()
        self._rules = rules
        self._volatile = volatile
        self._everywhere = everywhere
        self._ids = Bijection()
        self._counters: dict[tuple[str, str, str], tuple[float, float]] = {}

    def differences(self, left: Event, right: Event) -> list[Leaf]:
        volatile = self._volatile.of(left)
        if left.text == right.text and not volatile and not self._rules.watched:
            return []
        a, b = value_of(left.text), value_of(right.text)
        message = type_of_value(a)
        watch = self._rules.watched.get(message, frozenset())
        if volatile:
            watch = watch.union(path for path, _ in volatile)
        walk = Walk(watch=watch)
        lists = self._rules.lists.get(message)
        if lists:
            walk.pairing = pairing = Unordered(lists, self._ids)
        walk.compare(a, b)
        found: list[Leaf] = []
        for pair in walk.pairs:
            leaf = self._judge_tokens(message, pair, left, right, volatile)
            if leaf is not None:
                found.append(leaf)
        found += [judged for leaf in walk.leaves if (judged := self._judge_leaf(message, leaf, left.client)).problem]
        if lists:
            found += [self._explained(message, "unordered_array", path, path) for path in pairing.moved]
        return found

    def _judge_tokens(
        self, message: str, pair: TokenPair, left: Event, right: Event, positions: frozenset[Position]
    ) -> Leaf | None:
        """None where both sides are the same."""
        path = general(pair.path)
        known = self._rules.at(message, path)
        kind = RULE_OF[pair.kind]
        volatile = (pair.path, pair.index) in positions or RuleKey(kind, message, path) in self._rules.given
        a, b = str(pair.left), str(pair.right)
        if pair.kind == "timestamp":
            if not pair.differ:
                return None
            if not (volatile or kind in known or both_now(pair, left, right)):
                return Leaf(pair.path, a, b, "is another time")
            window = known[kind].parameter if kind in known else WINDOW_S
            bad = objection(pair, left, right, self._ids, window_s=float(window or WINDOW_S))
            return bad or self._explained(message, kind, path, pair.path, a, b)
        if not volatile:
            if pair.differ:
                return Leaf(pair.path, a, b, "is another value, though both legacy runs agree on it")
            return None
        everywhere = a in self._everywhere.shared
        ids = self._everywhere.ids if everywhere else self._ids
        bad = objection(pair, left, right, ids, where=EVERYWHERE if everywhere else HERE)
        if bad is None:
            ids.add(a, b)
        return bad or (self._explained(message, kind, path, pair.path, a, b) if pair.differ else None)

    def _explained(self, message: str, kind: RuleKind, path: str, where: str, left: str = "", right: str = "") -> Leaf:
        self.hits[RuleKey(kind, message, path)] += 1
        return Leaf(where, left, right, "is noise", explained=label(kind, path))

    def _judge_leaf(self, message: str, leaf: Leaf, client: str) -> Leaf:
        path = general(leaf.path)
        known = self._rules.at(message, path)
        for kind in known:
            if kind not in OF_LEAVES:
                continue
            against = self._against(known[kind], leaf, (client, message, leaf.path))
            if against is None:
                if leaf.problem:
                    self.hits[known[kind].key] += 1
                    return replace(leaf, explained=label(kind, path))
            elif leaf.problem or kind == "counter":
                return replace(leaf, problem=against)
        return leaf

    def _against(self, rule: NoiseRule, leaf: Leaf, counter: tuple[str, str, str]) -> str | None:
        """What speaks against the rule's explaining the leaf; None for nothing."""
        left, right = leaf.values
        if rule.kind == "optional":
            return None if left is ABSENT or right is ABSENT else leaf.problem
        if rule.kind == "regex_shape":
            fits = type(left) is type(right) and re.fullmatch(str(rule.parameter), text_of(right)) is not None
            return None if fits else f"{leaf.problem or 'is the same'}, of another shape than {rule.parameter}"
        if not (is_number(left) and is_number(right)):
            return leaf.problem
        if rule.kind == "float":
            rtol = float(rule.parameter or 0.0)
            apart = relative_difference(left, right)
            return None if apart <= rtol else f"is off by {apart:.3g} of its value, more than {rtol:.3g}"
        return self._against_counter(rule, left, right, counter)

    def _against_counter(self, rule: NoiseRule, left: float, right: float, counter: tuple[str, str, str]) -> str | None:
        before = self._counters.get(counter)
        self._counters[counter] = (left, right)
        if not isinstance(right, int):
            return "is not a whole number"
        if before is None or left <= before[0]:
            return None
        if right <= before[1]:
            return f"does not grow: {before[1]:g} came before it"
        if rule.parameter == "same" and right - before[1] != left - before[0]:
            return f"grew by {right - before[1]:g}, where the legacy path grows by {left - before[0]:g}"
        return None
