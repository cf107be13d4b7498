"""The side that applies noise rules between the legacy path and the new one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from shim.dualrun.compare.bijection import Bijection
from shim.dualrun.compare.evidence import relative_difference, text_of
from shim.dualrun.compare.leaves import ABSENT, NOTHING, Leaf, Walk, is_number
from shim.dualrun.compare.matching import OF_LEAVES
from shim.dualrun.compare.moments import WINDOW_S
from shim.dualrun.compare.payload import general, value_of
from shim.dualrun.compare.rules import NoiseRule, RuleKey, RuleKind, label
from shim.dualrun.compare.typed import HERE, both_now, objection
from shim.dualrun.compare.unordered import Unordered
from shim.dualrun.compare.volatile import IdsEverywhere, Position, Volatile
from shim.dualrun.compare.walks import Compared, Told, Walks, noise
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
        self._compared = Walks(self._watched)
        self._counters: dict[tuple[str, str, str], tuple[float, float]] = {}

    def differences(self, left: Event, right: Event) -> list[Leaf]:
        volatile = self._volatile.of(left)
        if left.text == right.text and not volatile and not self._rules.watched:
            return []
        compared = self._compared.of(left.text, right.text, volatile)
        message = compared.message
        found: list[Leaf] = []
        moved: Iterable[str] = ()
        if lists := self._rules.lists.get(message):
            pairing = Unordered(lists, self._ids)
            walk = Walk(pairing, self._watched(message, volatile))
            compared = Compared.of(message, walk.compare(value_of(left.text), value_of(right.text)))
            moved = pairing.moved
        for token in compared.tokens:
            leaf = self._judge_token(token, left, right, volatile)
            if leaf is not None:
                found.append(leaf)
        for leaf in compared.walk.leaves:
            judged = self._judge_leaf(message, leaf, left.client)
            if judged.problem:
                found.append(judged)
        for path in moved:
            rule = RuleKey("unordered_array", message, path)
            self.hits[rule] += 1
            found.append(noise(rule, path))
        return found

    def _watched(self, message: str, volatile: frozenset[Position]) -> frozenset[str]:
        return self._rules.watched.get(message, NOTHING).union(path for path, _ in volatile)

    def _judge_token(self, token: Told, left: Event, right: Event, positions: frozenset[Position]) -> Leaf | None:
        """None where both sides are the same."""
        pair, rule, a, b = token.pair, token.rule, token.left, token.right
        volatile = (pair.path, pair.index) in positions or rule in self._rules.given
        if pair.kind == "timestamp":
            if not token.differ:
                return None
            known = self._rules.at(rule.message, rule.path).get(rule.kind)
            if not (volatile or known or both_now(pair, left, right)):
                return Leaf(pair.path, a, b, "is another time")
            window = known.parameter if known else WINDOW_S
            bad = objection(pair, left, right, self._ids, window_s=float(window or WINDOW_S))
            return bad or self._explained(token)
        if not volatile:
            if token.differ:
                return Leaf(pair.path, a, b, "is another value, though both legacy runs agree on it")
            return None
        everywhere = a in self._everywhere.shared
        ids = self._everywhere.ids if everywhere else self._ids
        bad = objection(pair, left, right, ids, where=EVERYWHERE if everywhere else HERE)
        if bad is None:
            ids.add(a, b)
        return bad or (self._explained(token) if token.differ else None)

    def _explained(self, token: Told) -> Leaf:
        self.hits[token.rule] += 1
        return token.noise

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
