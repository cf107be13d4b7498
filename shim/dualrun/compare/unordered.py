"""Lists without an order: which items of two lists belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from shim.dualrun.compare.bijection import Bijection
from shim.dualrun.compare.leaves import Walk
from shim.dualrun.compare.payload import shape_key

MAX_OPTIONS: Final = 50
"""Items looked at for each item of a list without an order, so that a long list of ids costs no square."""

MAX_KEYED: Final = 10_000
"""Items of a list beyond this are not looked at for a key."""


def unordered_lists(left: object, right: object) -> dict[str, str]:
    """Paths, with any index for each index, of lists whose items are the same on both sides, when seen without moments,
    ids and order; each with the key that tells its items apart, or ''."""
    found: dict[str, str] = {}

    def look(path: str, a: list[object], b: list[object]) -> list[object]:
        if len(a) > 1 and Counter(map(shape_key, a)) == Counter(map(shape_key, b)):
            key = key_of(a, b)
            found[path] = key if found.get(path, key) == key else ""
            return Unordered({path: ""}, Bijection())(path, a, b)
        return b

    Walk(look).compare(left, right)
    return found


def key_of(left: Sequence[object], right: Sequence[object]) -> str:
    """The first key whose values are different in each item, and the same on both sides; '' when there is none."""
    first = left[0] if left else None
    if not isinstance(first, dict) or len(left) > MAX_KEYED:
        return ""
    # A text is what a thing is called more often than a number is.
    for key in sorted(map(str, first), key=lambda key: (not isinstance(first[key], str), key)):
        values, others = _values(left, key), _values(right, key)
        if len(values) == len(left) == len(others) and values.keys() == others.keys():
            return key
    return ""


class Unordered:
    """Pairs the items of lists that have no order: by their key, by what they say, and where ids tell more, by those.

    paths: with the key of each, or ''. moved: those of the lists seen that came in another order.
    """

    def __init__(self, paths: Mapping[str, str], ids: Bijection) -> None:
        self.paths, self._ids = paths, ids
        self.moved: set[str] = set()

    def __call__(self, path: str, left: list[object], right: list[object]) -> list[object]:
        if path not in self.paths:
            return right
        paired = self._by_key(self.paths[path], left, right) or self._by_content(left, right)
        if any(a is not b for a, b in zip(paired, right, strict=True)):
            self.moved.add(path)
        return paired

    def _by_key(self, key: str, left: list[object], right: list[object]) -> list[object] | None:
        """None when not all of them have the key, each with another value. What has no partner comes in order."""
        if not key:
            return None
        values, others = _values(left, key), _values(right, key)
        if not len(values) == len(left) == len(others):
            return None
        rest = iter([item for value, item in others.items() if value not in values])
        return [others[value] if value in others else next(rest) for value in values]

    def _by_content(self, left: list[object], right: list[object]) -> list[object]:
        left_shapes = [shape_key(item) for item in left]
        waiting: dict[int, list[object]] = {}
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
        return [chosen[index] for index in range(len(left))]

    def _fits(self, left: object, right: object, sure: bool) -> bool:
        """`sure`: all ids are known to stand for each other; else none may contradict."""
        walk = Walk().compare(left, right)
        if walk.leaves:
            return False
        for found in walk.pairs:
            if found.kind == "id" and found.differ:
                a, b = str(found.left), str(found.right)
                if not (self._ids.knows(a, b) if sure else self._ids.allows(a, b)):
                    return False
        return True


def _values(items: Sequence[object], key: str) -> dict[object, object]:
    """Items by their text or whole number under a key; fewer than there are when two are the same or one has none."""
    return {
        item[key]: item
        for item in items
        if isinstance(item, dict) and isinstance(item.get(key), str | int) and not isinstance(item[key], bool)
    }
