"""Decides whether two matched messages say the same: learning noise from two legacy runs, or applying it."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Protocol

from shim.dualrun.compare.leaves import Leaf, Pairing, TokenPair, in_order, walk
from shim.dualrun.compare.moments import Moment, close_in_time, is_now, moment_of_number, moment_of_text
from shim.dualrun.compare.noise import Bijection, NoiseLedger, Position, RuleKind, Volatile, merge
from shim.dualrun.compare.payload import general, parse, shape_key
from shim.dualrun.compare.tokens import same_id_format
from shim.dualrun.record.canonical import Event

MAX_OPTIONS = 50
"""Items looked at for each item of a list without an order, so that a long list of ids costs no square."""

_RULE_OF: dict[str, RuleKind] = {"timestamp": "timestamp", "id": "id_bijection"}


class Matcher(Protocol):
    def differences(self, left: Event, right: Event) -> list[Leaf]:
        """What can't be explained; empty when the two messages are the same but for noise."""


class LearningMatcher:
    """Between the two legacy runs of one session: what a typed rule can explain is noise, and is remembered."""

    def __init__(self, ledger: NoiseLedger) -> None:
        self._ledger = ledger
        self._ids = Bijection()
        self._volatile: list[tuple[tuple[str, str, int], Position]] = []

    def differences(self, left: Event, right: Event) -> list[Leaf]:
        if left.text == right.text:
            return []
        unordered = _unordered_lists(left, right)
        attempts: list[Pairing] = [in_order]
        if unordered:
            attempts.append(_Unordered(unordered, self._ids))
        problems: list[Leaf] = []
        for number, pairing in enumerate(attempts):
            pairs, found = _compare(left, right, pairing)
            found += self._objections(pairs, left, right)
            if not found:
                self._remember(pairs, left)
                if number:
                    for path in unordered:
                        self._ledger.learn("unordered", path, "one order", "another order")
                return []
            problems = problems or found
        return problems

    def volatile(self) -> Volatile:
        return merge(self._volatile)

    def _objections(self, pairs: list[TokenPair], left: Event, right: Event) -> list[Leaf]:
        ids = self._ids.copy()
        found: list[Leaf] = []
        for pair in pairs:
            if pair.differ:
                leaf = _objection(pair, left, right, ids)
                if leaf is not None:
                    found.append(leaf)
                elif pair.kind == "id":
                    ids.add(str(pair.left), str(pair.right))
        return found

    def _remember(self, pairs: list[TokenPair], left: Event) -> None:
        for pair in pairs:
            if pair.differ:
                if pair.kind == "id":
                    self._ids.add(str(pair.left), str(pair.right))
                self._volatile.append((left.key, (pair.path, pair.index)))
                self._ledger.learn(_RULE_OF[pair.kind], general(pair.path), str(pair.left), str(pair.right))


class NoiseMatcher:
    """Between the legacy path and the candidate: only what the legacy path does not agree on with itself may differ."""

    def __init__(self, ledger: NoiseLedger, volatile: Volatile) -> None:
        self._ledger = ledger
        self._volatile = volatile
        self._ids = Bijection()

    def differences(self, left: Event, right: Event) -> list[Leaf]:
        volatile = self._volatile.get(left.key, frozenset())
        if left.text == right.text and not volatile:
            return []
        unordered = {path for path in _unordered_lists(left, right) if self._ledger.knows("unordered", path)}
        pairing = _Unordered(unordered, self._ids)
        pairs, found = _compare(left, right, pairing if unordered else in_order)
        for path in pairing.moved:
            self._ledger.hit("unordered", path)
        for pair in pairs:
            leaf = self._judge(pair, left, right, (pair.path, pair.index) in volatile)
            if leaf is not None:
                found.append(leaf)
        return found

    def _judge(self, pair: TokenPair, left: Event, right: Event, volatile: bool) -> Leaf | None:
        path = general(pair.path)
        if pair.kind == "timestamp":
            if not pair.differ:
                return None
            if not (volatile or self._ledger.knows("timestamp", path) or _both_now(pair, left, right)):
                return Leaf(pair.path, str(pair.left), str(pair.right), "is another time")
        elif not volatile:
            if pair.differ:
                problem = "is another value, though both legacy runs agree on it"
                return Leaf(pair.path, str(pair.left), str(pair.right), problem)
            return None
        objection = _objection(pair, left, right, self._ids)
        if objection is None:
            if pair.kind == "id":
                self._ids.add(str(pair.left), str(pair.right))
            if pair.differ:
                self._ledger.hit(_RULE_OF[pair.kind], path)
        return objection


def _compare(left: Event, right: Event, pairing: Pairing) -> tuple[list[TokenPair], list[Leaf]]:
    pairs: list[TokenPair] = []
    leaves: list[Leaf] = []
    for found in walk(parse(left.text).value, parse(right.text).value, pairing):
        if isinstance(found, TokenPair):
            pairs.append(found)
        else:
            leaves.append(found)
    return pairs, leaves


def _objection(pair: TokenPair, left: Event, right: Event, ids: Bijection) -> Leaf | None:
    """Why a typed rule can't explain a pair; None when it does."""
    a, b = str(pair.left), str(pair.right)
    if pair.kind == "timestamp":
        moments = _moments(pair)
        if moments and close_in_time(moments[0], left.at, moments[1], right.at):
            return None
        alike = moments and moments[0].form == moments[1].form
        return Leaf(pair.path, a, b, "is another time" if alike else "is a time written in another form")
    if not same_id_format(a, b):
        return Leaf(pair.path, a, b, "is an id of another format")
    if not ids.allows(a, b):
        return Leaf(pair.path, a, b, f"is used inconsistently: {ids.objection(a, b)}")
    return None


def _moments(pair: TokenPair) -> tuple[Moment, Moment] | None:
    a, b = _moment(pair.left), _moment(pair.right)
    return (a, b) if a and b else None


def _moment(value: str | int | float) -> Moment | None:  # noqa: PYI041 - an int is written differently
    return moment_of_text(value) if isinstance(value, str) else moment_of_number(value)


def _both_now(pair: TokenPair, left: Event, right: Event) -> bool:
    moments = _moments(pair)
    return moments is not None and is_now(moments[0], left.at) and is_now(moments[1], right.at)


def _unordered_lists(left: Event, right: Event) -> set[str]:
    """General paths of lists whose items are the same on both sides, when seen without moments, ids and order."""
    found: set[str] = set()

    def look(path: str, a: list[object], b: list[object]) -> list[object]:
        if len(a) > 1 and Counter(map(shape_key, a)) == Counter(map(shape_key, b)):
            found.add(path)
            return _Unordered({path}, Bijection())(path, a, b)
        return b

    for _ in walk(parse(left.text).value, parse(right.text).value, look):
        pass
    return found


class _Unordered:
    """Pairs the items of lists that have no order: by what they say, and where ids tell more, by those."""

    def __init__(self, paths: set[str], ids: Bijection) -> None:
        self._paths, self._ids = paths, ids
        self.moved: set[str] = set()

    def __call__(self, path: str, left: list[object], right: list[object]) -> list[object]:
        if path not in self._paths:
            return right
        left_shapes = [shape_key(item) for item in left]
        waiting: dict[str, list[object]] = {}
        for item in right:
            waiting.setdefault(shape_key(item), []).append(item)
        if Counter(left_shapes) != Counter({shape: len(items) for shape, items in waiting.items()}):
            return right
        chosen: dict[int, object] = {}
        for sure in (True, False):
            for index, (item, shape) in enumerate(zip(left, left_shapes, strict=True)):
                if index in chosen:
                    continue
                options = waiting[shape]
                likely = enumerate(islice(options, MAX_OPTIONS))
                best = next((n for n, option in likely if self._fits(item, option, sure)), None)
                if best is not None:
                    chosen[index] = options.pop(best)
        for index, shape in enumerate(left_shapes):
            if index not in chosen:
                chosen[index] = waiting[shape].pop(0)
        paired = [chosen[index] for index in range(len(left))]
        if any(a is not b for a, b in zip(paired, right, strict=True)):
            self.moved.add(path)
        return paired

    def _fits(self, left: object, right: object, sure: bool) -> bool:
        """`sure`: all ids are known to stand for each other; else none may contradict."""
        for found in walk(left, right):
            if isinstance(found, Leaf):
                return False
            if found.kind == "id" and found.differ:
                a, b = str(found.left), str(found.right)
                if not (self._ids.knows(a, b) if sure else self._ids.allows(a, b)):
                    return False
        return True
