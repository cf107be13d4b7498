"""What an expression of Terraform evaluates to.

Plain values are Python's: None, bool, int, float, str, list, Map. What a resource has only when it is deployed is an
intrinsic function call as CloudFormation's, so that the other readers resolve it, and still see what refers to what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol, runtime_checkable

from migrator.scan.intrinsics import Unresolved, intrinsic, references
from migrator.scan.yamlfile import Map, as_text

KNOWN: Final = "Fn::Known"
"""[text, references…]: a text that was computed from the attributes of resources."""

JSON: Final = "Fn::Json"
"""[value]: a value that is written as JSON text where it is used."""


@runtime_checkable
class Symbol(Protocol):
    """A resource, a data source, a module or one of their instances."""

    def attribute(self, name: str) -> object: ...

    def instance(self, key: object) -> object: ...

    def instances(self) -> list[tuple[str | int, object]] | None:
        """All instances by key; None for a symbol without `for_each` and `count`."""
        ...


def call(name: str, argument: object) -> Map:
    made = Map("")
    made[name] = argument
    return made


def attribute_of(address: str, name: str) -> Map:
    return call("Fn::GetAtt", [address, name])


def known(text: str, *origins: object) -> object:
    """A text that keeps the references of the values that it was made of."""
    named = list(dict.fromkeys(name for origin in origins for name in references(origin)))
    return call(KNOWN, [text, *(call("Ref", name) for name in named)]) if named else text


def joined(parts: Iterable[object]) -> object:
    """The parts of a template as one value: text when all are text, the first that isn't known otherwise."""
    pieces: list[object] = []
    for part in parts:
        text = as_text(part)
        if isinstance(part, Unresolved):
            return part
        if text is None and not isinstance(part, Map):
            return Unresolved("a template holds a value that isn't text")
        if text is not None and pieces and isinstance(pieces[-1], str):
            pieces[-1] += text
        else:
            pieces.append(part if text is None else text)
    if not pieces:
        return ""
    return pieces[0] if len(pieces) == 1 else call("Fn::Join", ["", pieces])


def elements(value: object) -> Iterator[tuple[object, object]] | None:
    """(key, value) pairs of whatever a `for` can walk; None for anything else."""
    if isinstance(value, Symbol):
        found = value.instances()
        return iter(found) if found is not None else None
    if isinstance(value, Map):
        return iter(list(value.items()))
    return enumerate(value) if isinstance(value, list) else None


def is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | list | Map) and not value)


def attribute(value: object, name: str) -> object:
    if isinstance(value, Unresolved):
        return value
    if isinstance(value, Symbol):
        return value.attribute(name)
    if isinstance(value, Map) and intrinsic(value) is None:
        return value[name] if name in value else Unresolved(f"there is no {name}")
    return Unresolved(f"its {name} is known after the deployment")


def indexed(value: object, key: object) -> object:
    if isinstance(value, Unresolved) or isinstance(key, Unresolved):
        return value if isinstance(value, Unresolved) else key
    if isinstance(value, Symbol):
        return value.instance(key)
    if isinstance(value, Map) and intrinsic(value) is None:
        return value.get(as_text(key) or "", Unresolved(f"there is no {as_text(key)}"))
    text = as_text(key) or ""
    if isinstance(value, list) and text.isdigit() and int(text) < len(value):
        return value[int(text)]
    return Unresolved(f"there is no element {text}")
