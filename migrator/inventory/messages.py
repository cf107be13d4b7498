"""A message with a value at each key that code reads, also inside of objects and lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from migrator.inventory.model import MessageKey

ELEMENT: Final = "[]"
TEXT: Final = "{}"
"""The step into a text that is JSON, in events."""

ELEMENTS: Final = ("one", "two")
"""Keys of an object whose keys are not known; a list has as many elements."""


@dataclass
class _Place:
    key: MessageKey | None = None
    inside: dict[str, _Place] = field(default_factory=dict)


def steps_of(name: str) -> list[str]:
    """'items[].id' -> ['items', '[]', 'id']"""
    return name.replace(ELEMENT, f".{ELEMENT}").replace(TEXT, f".{TEXT}").split(".")


def message_of(
    keys: Iterable[MessageKey], value: Callable[[MessageKey, int], object], *, without: Collection[str] = ()
) -> dict[str, object]:
    """`value`: of a key that has no others inside, and the number of the element that it is in, 0 at first.

    `without`: names of keys to leave out, with all that is inside. An object is never left empty.
    """
    top = _Place()
    for key in keys:
        place = top
        for step in steps_of(key.name):
            place = place.inside.setdefault(step, _Place())
        place.key = key
    return _Builder(value, without).fields(top.inside, 0)


@dataclass(frozen=True)
class _Builder:
    value: Callable[[MessageKey, int], object]
    without: Collection[str]

    def fields(self, places: dict[str, _Place], element: int) -> dict[str, object]:
        return {
            name: self.at(place, element)
            for name, place in places.items()
            if place.key is None or place.key.name not in self.without
        }

    def at(self, place: _Place, element: int) -> object:
        named = {name: inner for name, inner in place.inside.items() if name != ELEMENT}
        if named:
            # code takes an empty object for a missing one
            return self.fields(named, element) or dict(zip(ELEMENTS, ELEMENTS, strict=True))
        each = place.inside.get(ELEMENT)
        if each is not None:
            elements = [self.at(each, len(ELEMENTS) * element + number) for number in range(len(ELEMENTS))]
            is_object = place.key is not None and place.key.kind == "object"
            return dict(zip(ELEMENTS, elements, strict=True)) if is_object else elements
        assert place.key is not None
        return self.value(place.key, element)
