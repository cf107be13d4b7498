"""What a comparison of sessions asks for each pair of messages, and the side that learns from two legacy runs."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, Protocol

from shim.dualrun.compare.bijection import Bijection
from shim.dualrun.compare.evidence import Evidence, Place
from shim.dualrun.compare.leaves import ABSENT, Leaf, Walk
from shim.dualrun.compare.message_type import message_type
from shim.dualrun.compare.payload import general, value_of
from shim.dualrun.compare.rules import RuleKey, RuleKind
from shim.dualrun.compare.typed import objection
from shim.dualrun.compare.unordered import Unordered, unordered_lists
from shim.dualrun.compare.volatile import SharedIds, Volatile
from shim.dualrun.compare.walks import Compared, Walks
from shim.dualrun.record.canonical import Event

_OF_ABSENCE: Final[frozenset[RuleKind]] = frozenset({"optional"})
_OF_VALUES: Final[frozenset[RuleKind]] = frozenset({"counter", "float", "regex_shape"})

OF_LEAVES: Final = _OF_ABSENCE | _OF_VALUES
"""Rules that take more evidence than one pair of messages."""

MAX_TOLD: Final = 3
"""Times that a place which may turn out to be noise is told as a difference of a session; it counts on."""


class Matcher(Protocol):
    def differences(self, left: Event, right: Event) -> list[Leaf]:
        """Where two matched messages differ; what a noise rule explains is marked so."""


class LearningMatcher:
    """Between the two legacy runs of one session: what a typed rule can explain is noise, and is remembered.

    What needs more evidence than one pair is told as a difference too: whether it is one is known after all sessions.
    """

    def __init__(self, evidence: Evidence, shared: SharedIds, given: Mapping[Place, AbstractSet[RuleKind]]) -> None:
        """`given`: by place, the kinds of rules of the user's that explain what differs there."""
        self.volatile = Volatile()
        self._evidence = evidence
        self._shared = shared
        self._given = given
        self._ids = Bijection()
        self._walks = Walks()

    def differences(self, left: Event, right: Event) -> list[Leaf]:
        if left.text == right.text:
            self._evidence.messages[message_type(left.text)] += 1
            return []
        compared = self._walks.of(left.text, right.text)
        message = compared.message
        self._evidence.messages[message] += 1
        objections = self._objections(compared, left, right)
        if compared.walk.leaves or objections:
            a, b = value_of(left.text), value_of(right.text)
            if lists := unordered_lists(a, b):
                pairing = Unordered(lists, self._ids)
                again = Compared.of(message, Walk(pairing).compare(a, b))
                others = self._objections(again, left, right)
                if len(again.walk.leaves) + len(others) < len(compared.walk.leaves) + len(objections):
                    compared, objections = again, others
                    for path in pairing.moved:
                        self._learn_list(RuleKey("unordered_array", message, path), pairing.paths[path])
        if not objections:
            self._remember(left, compared)
        return self._told(message, left, [*compared.walk.leaves, *objections])

    def _objections(self, compared: Compared, left: Event, right: Event) -> list[Leaf]:
        fresh = Bijection(self._ids)
        found: list[Leaf] = []
        for token in compared.tokens:
            if token.differ:
                leaf = objection(token.pair, left, right, fresh)
                if leaf is not None:
                    found.append(leaf)
                elif token.pair.kind == "id":
                    fresh.add(token.left, token.right)
        return found

    def _learn_list(self, rule: RuleKey, key: str) -> None:
        self._evidence.learn(rule, "one order", "another order")
        self._evidence.keys[rule] = key if self._evidence.keys.get(rule, key) == key else ""

    def _remember(self, left: Event, compared: Compared) -> None:
        for token in compared.tokens:
            if token.differ:
                if token.pair.kind == "id":
                    self._ids.add(token.left, token.right)
                    self._shared.add(left.session, token.left, token.right)
                self._evidence.learn(token.rule, token.left, token.right)
        self.volatile.add(left, compared.positions)

    def _told(self, message: str, left: Event, found: list[Leaf]) -> list[Leaf]:
        told = []
        for leaf in found:
            place = (message, general(leaf.path))
            if place in self._given:
                # No evidence is needed, but that the rule still has something to explain is remembered.
                for kind in _kinds_for(leaf) & self._given[place]:
                    self._evidence.learn(RuleKey(kind, *place), leaf.left, leaf.right)
                continue
            if leaf.is_of_tokens or self._evidence.vary(place, leaf.values, left.session, left.client) <= MAX_TOLD:
                told.append(leaf)
        return told


def _kinds_for(leaf: Leaf) -> frozenset[RuleKind]:
    """Of the rules that can explain it, those that are not of tokens."""
    if leaf.is_of_tokens:
        return frozenset()
    return _OF_ABSENCE if ABSENT in leaf.values else _OF_VALUES
