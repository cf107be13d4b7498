"""What is kept beside a connection, as Redis keeps it: text by name, and an index of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shim.streams.errors import StreamsError
from shim.streams.records import CONNECTION_ID
from shim.streams.redis.steps import text
from shim.streams.redis.values import dump, load


class AnnotationNotKept(StreamsError):
    """Raised for a value that can't be kept, such as an object of the application's own. `kind`: its type."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        super().__init__(name, kind)

    def __str__(self) -> str:
        return f"{self.name} has a {self.kind}; in Redis can be kept what JSON holds, and Decimal, bytes and sets"


def annotation_arguments(attributes: dict[str, Any]) -> list[str]:
    """Name, text, and whether the value is indexed, one after the other. Raises AnnotationNotKept."""
    found: list[str] = []
    for name, value in attributes.items():
        found += [name, _json(name, value), "1" if _is_indexed(value) else "0"]
    return found


def is_indexed_whole(wanted: Mapping[str, Any]) -> bool:
    """Whether the indexes alone tell who is equal in every wanted attribute."""
    return all(map(_is_indexed, wanted.values()))


def wanted_arguments(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Name and text of those by which there is an index."""
    return tuple(word for name, value in wanted.items() if _is_indexed(value) for word in (name, _json(name, value)))


def ids_of(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """Of what `find` gives."""
    return [one[CONNECTION_ID] for one in found]


def attributes_of(kept: list[bytes]) -> dict[str, Any]:
    return {text(name): load(value) for name, value in zip(kept[::2], kept[1::2], strict=True)}


def _is_indexed(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _json(name: str, value: object) -> str:
    try:
        return dump(value)
    except (TypeError, ValueError) as error:
        raise AnnotationNotKept(name, type(value).__name__) from error
