"""Faults inside of a message: a value, a type, a key.

A value that was the same on both paths is changed a little. One that is never twice the same is changed so that a
client could tell: by its form, or by standing for something that it did not stand for elsewhere.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

from shim.dualrun.compare.moments import moment_of_number
from shim.dualrun.compare.payload import value_of
from shim.dualrun.compare.tokens import Token, split
from shim.dualrun.judge.power.faults import FaultKind, Site
from shim.dualrun.judge.power.stage import Stage
from shim.dualrun.record.canonical import Event

Place = tuple[str | int, ...]
"""Keys and indexes from the outside to a value."""

MAX_PLACES = 500
"""Values of one message that are considered."""


def leaf_sites(stage: Stage) -> Iterator[Site]:
    uses = _uses(stage)
    for place, event in stage.messages:
        value = value_of(event.text)
        if isinstance(value, str):
            if value and not split(value).tokens:
                yield _site("text", stage, place, _always(_nudged(value)))
            continue
        partner = value_of(stage.partners[event.key].text)
        by_kind: dict[FaultKind, list[tuple[Place, Any]]] = {}
        if isinstance(value, dict):
            by_kind["extra key"] = [((), {**value, "unexpected": True})]
        for at, old in list(_walk(value))[:MAX_PLACES]:
            for kind, new in _changes(at, old, partner, uses):
                by_kind.setdefault(kind, []).append((at, new))
        for kind, options in by_kind.items():
            yield _site(kind, stage, place, _one_of(value, options))


def _one_of(value: object, options: list[tuple[Place, Any]]) -> Callable[[Random], str]:
    def changed(chance: Random) -> str:
        at, new = chance.choice(options)
        if not at:
            return json.dumps(new, ensure_ascii=False)
        copy = deepcopy(value)
        inner: Any = copy
        for key in at[:-1]:
            inner = inner[key]
        if new is _ABSENT:
            del inner[at[-1]]
        else:
            inner[at[-1]] = new
        return json.dumps(copy, ensure_ascii=False)

    return changed


def _always(text: str) -> Callable[[Random], str]:
    return lambda _: text


_ABSENT = object()


def _changes(at: Place, old: object, partner: object, uses: Counter[str]) -> Iterator[tuple[FaultKind, Any]]:
    steady = _at(partner, at) == old
    if isinstance(old, dict):
        yield "extra key", {**old, "unexpected": True}
    if isinstance(at[-1], str):
        yield "missing key", _ABSENT
    match old:
        case str():
            tokens = split(old).tokens
            yield "text", "changed" if not steady else f"{old}~" if tokens else _nudged(old)
            if not steady and tokens == (Token("id", old),) and uses[old] > 1:
                yield "id", _other_id(old)
            yield "type", [old]
        case bool():
            yield "number", not old
            yield "type", str(old).lower()
        case int() | float():
            yield "number", _other_number(old, steady=steady)
            yield "type", str(old)
        case None:
            yield "type", 0
        case list():
            yield "type", {str(index): item for index, item in enumerate(old)}


def _nudged(text: str) -> str:
    """One character is another one; an empty text is no more empty."""
    middle = len(text) // 2
    return f"{text[:middle]}{'x' if text[middle : middle + 1] != 'x' else 'y'}{text[middle + 1 :]}"


def _other_id(text: str) -> str:
    """In the same form: each letter and digit by its neighbour, within what hexadecimal numbers allow."""
    return text.translate(str.maketrans("0123456789abcdefABCDEF", "1234567890bcdefaBCDEFA"))


def _other_number(old: float, *, steady: bool) -> float:
    if not steady or moment_of_number(old):
        return -1
    return old + 1 if isinstance(old, int) else old * 1.01 + 0.01


def _uses(stage: Stage) -> Counter[str]:
    """How often each id is said in the session."""
    return Counter(old for _, event in stage.messages for _, old in _walk(value_of(event.text)) if isinstance(old, str))


def _walk(value: object) -> Iterator[tuple[Place, Any]]:
    """All values inside of one, breadth first."""
    waiting: list[tuple[Place, Any]] = [((), value)]
    for at, outer in waiting:
        if at:
            yield at, outer
        if isinstance(outer, dict):
            waiting += [((*at, key), item) for key, item in outer.items()]
        elif isinstance(outer, list):
            waiting += [((*at, index), item) for index, item in enumerate(outer)]


def _at(value: object, place: Place) -> object:
    for key in place:
        match value:
            case dict() if key in value:
                value = value[key]
            case list() if isinstance(key, int) and key < len(value):
                value = value[key]
            case _:
                return _ABSENT
    return value


def _site(kind: FaultKind, stage: Stage, place: int, changed: Callable[[Random], str]) -> Site:
    event: Event = stage.events[place]
    return Site(kind, event, lambda chance: stage.spoiled((place, (replace(event, text=changed(chance)),))))
