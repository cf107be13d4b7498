"""Terraform's functions on values that a file tells.
https://developer.hashicorp.com/terraform/language/functions

A text that is computed from attributes of resources keeps its references, so that what it is about stays known.
"""

from __future__ import annotations

import itertools
import json
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from migrator.scan.intrinsics import Unresolved
from migrator.scan.terraform.values import JSON, Symbol, call, elements, is_empty, known
from migrator.scan.yamlfile import Map, YamlProblem, as_list, as_map, as_text, load

if TYPE_CHECKING:
    from migrator.scan.terraform.expressions import Scope

Function: TypeAlias = "Callable[..., object]"

MOST_ELEMENTS: Final = 10_000

LAZY: Final = frozenset({"try", "can"})
"""Functions that answer with the first of their arguments that has a value."""


def _text(function: Callable[..., object]) -> Function:
    """A function of texts and numbers, with the attributes of resources put in first."""

    def apply(scope: Scope, *arguments: object) -> object:
        plain = [scope.concrete(argument) for argument in arguments]
        for value in plain:
            if isinstance(value, Unresolved):
                return value
        result = function(*plain)
        if isinstance(result, str):
            return known(result, *arguments)
        return (
            [known(item, *arguments) if isinstance(item, str) else item for item in result]
            if isinstance(result, list)
            else result
        )

    return apply


def _values(function: Callable[..., object]) -> Function:
    """A function of collections, whose elements stay as they are."""

    def apply(scope: Scope, *arguments: object) -> object:
        unknown = next((argument for argument in arguments if isinstance(argument, Unresolved)), None)
        return unknown if unknown is not None else function(*arguments)

    return apply


def _items(value: object) -> list[object]:
    pairs = elements(value)
    return [element for _, element in pairs] if pairs is not None else as_list(value)


def _mapping(value: object) -> Map:
    if isinstance(value, Symbol):
        made = Map("")
        made.update((str(key), element) for key, element in elements(value) or ())
        return made
    return as_map(value)


def _merge(*maps: object) -> Map:
    merged = Map("")
    for one in maps:
        group = _mapping(one)
        merged.update(group)
        merged.places.update(group.places)
    return merged


def _lookup(collection: object, key: object, *default: object) -> object:
    name = as_text(key) or ""
    found = _mapping(collection)
    return found[name] if name in found else default[0] if default else Unresolved(f"there is no {name}")


def _flatten(value: object) -> list[object]:
    found: list[object] = []
    for element in _items(value):
        found.extend(_flatten(element) if isinstance(element, list) else [element])
    return found


def _distinct(values: object) -> list[object]:
    found: list[object] = []
    for value in _items(values):
        if value not in found:
            found.append(value)
    return found


def _coalesce(*values: object) -> object:
    return next((value for value in values if not is_empty(value)), Unresolved("all of its alternatives are empty"))


def _setproduct(*sets: object) -> object:
    groups = [_items(group) for group in sets]
    size = 1
    for group in groups:
        size *= len(group)
    if size > MOST_ELEMENTS:
        return Unresolved("has too many elements to follow")
    return [list(combination) for combination in itertools.product(*groups)]


def _range(*limits: object) -> object:
    numbers = range(*(int(as_text(limit) or 0) for limit in limits))
    return list(numbers) if len(numbers) <= MOST_ELEMENTS else Unresolved("has too many elements to follow")


def _jsonencode(scope: Scope, value: object) -> object:
    return value if isinstance(value, Unresolved) else call(JSON, [value])


def _jsondecode(scope: Scope, text: object) -> object:
    if isinstance(text, Map) and JSON in text:
        return as_list(text[JSON])[0]
    plain = scope.concrete(text)
    return plain if isinstance(plain, Unresolved) else mapped(json.loads(as_text(plain) or ""))


def _yamldecode(scope: Scope, text: object) -> object:
    plain = scope.concrete(text)
    if isinstance(plain, Unresolved):
        return plain
    try:
        return load(as_text(plain) or "", "")
    except YamlProblem as problem:
        return Unresolved(problem.message)


def mapped(value: object) -> object:
    """JSON's objects as Maps."""
    if isinstance(value, list):
        return [mapped(element) for element in value]
    if isinstance(value, Mapping):
        made = Map("")
        made.update((str(key), mapped(element)) for key, element in value.items())
        return made
    return value


def _file(scope: Scope, path: object) -> object:
    plain = scope.concrete(path)
    return plain if isinstance(plain, Unresolved) else scope.read(as_text(plain) or "")


def _templatefile(scope: Scope, path: object, variables: object) -> object:
    from migrator.scan.terraform.expressions import Evaluator  # noqa: PLC0415 - each of the two needs the other

    text = _file(scope, path)
    return Evaluator(scope, _mapping(variables)).template(text) if isinstance(text, str) else text


def _format(template: str, *arguments: object) -> str:
    given = iter(arguments)
    return re.sub(
        r"%%|%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]",
        lambda match: "%" if match.group(0) == "%%" else as_text(next(given)) or "",
        str(template),
    )


def _replace(text: str, sought: str, by: str) -> str:
    if len(sought) > 1 and sought[0] == sought[-1] == "/":
        return re.sub(sought[1:-1], re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", by), text)
    return str(text).replace(str(sought), str(by))


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else len(_items(value))


def _substr(text: str, start: int, length: int) -> str:
    return text[start:] if length < 0 else text[start : start + length]


def _number(value: object) -> object:
    text = as_text(value) or ""
    return int(text) if text.lstrip("-").isdigit() else float(text)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "abspath": _text(lambda path: path),
    "basename": _text(posixpath.basename),
    "dirname": _text(posixpath.dirname),
    "pathexpand": _text(lambda path: path),
    "endswith": _text(lambda text, end: str(text).endswith(end)),
    "startswith": _text(lambda text, start: str(text).startswith(start)),
    "strcontains": _text(lambda text, part: part in str(text)),
    "format": _text(_format),
    "join": _text(lambda by, *lists: by.join(as_text(item) or "" for one in lists for item in as_list(one))),
    "lower": _text(lambda text: str(text).lower()),
    "upper": _text(lambda text: str(text).upper()),
    "title": _text(lambda text: re.sub(r"\b[a-z]", lambda match: match.group(0).upper(), str(text))),
    "replace": _text(_replace),
    "split": _text(lambda by, text: str(text).split(by)),
    "substr": _text(_substr),
    "trim": _text(lambda text, characters: str(text).strip(characters)),
    "trimprefix": _text(lambda text, prefix: str(text).removeprefix(prefix)),
    "trimsuffix": _text(lambda text, suffix: str(text).removesuffix(suffix)),
    "trimspace": _text(lambda text: str(text).strip()),
    "chomp": _text(lambda text: str(text).rstrip("\r\n")),
    "tonumber": _text(_number),
    "tostring": _values(lambda value: as_text(value) if as_text(value) is not None else value),
    "tobool": _text(lambda value: value in {True, "true"}),
    "toset": _values(_distinct),
    "tolist": _values(_items),
    "tomap": _values(_mapping),
    "nonsensitive": _values(lambda value: value),
    "sensitive": _values(lambda value: value),
    "coalesce": _values(_coalesce),
    "coalescelist": _values(_coalesce),
    "compact": _values(lambda values: [value for value in _items(values) if not is_empty(value)]),
    "concat": _values(lambda *lists: [element for one in lists for element in _items(one)]),
    "contains": _text(lambda values, value: value in _items(values)),
    "distinct": _values(_distinct),
    "element": _text(lambda values, index: _items(values)[int(index) % len(_items(values))]),
    "flatten": _values(_flatten),
    "index": _text(lambda values, value: _items(values).index(value)),
    "keys": _values(lambda value: sorted(_mapping(value))),
    "values": _values(lambda value: [_mapping(value)[key] for key in sorted(_mapping(value))]),
    "length": _values(_length),
    "lookup": _values(_lookup),
    "merge": _values(_merge),
    "one": _values(lambda values: next(iter(_items(values)), None)),
    "range": _text(_range),
    "reverse": _values(lambda values: _items(values)[::-1]),
    "setproduct": _values(_setproduct),
    "setunion": _values(lambda *sets: _distinct([element for one in sets for element in _items(one)])),
    "slice": _values(lambda values, start, end: _items(values)[int(start) : int(end)]),
    "sort": _text(lambda values: sorted(as_text(value) or "" for value in _items(values))),
    "zipmap": _values(lambda names, values: mapped(dict(zip(_items(names), _items(values), strict=False)))),
    "jsonencode": _jsonencode,
    "jsondecode": _jsondecode,
    "yamldecode": _yamldecode,
    "file": _file,
    "templatefile": _templatefile,
}
