"""The methods that templates may call on values. Nothing else can be called: no attribute of Python is reachable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shim.gateway.vtl import strings
from shim.gateway.vtl.budget import Budget
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.objects import Input, Util
from shim.gateway.vtl.texts import (
    base64_decode,
    base64_encode,
    escape_javascript,
    parse_json,
    url_decode,
    url_encode,
)
from shim.gateway.vtl.values import MISSING, Entry, Loop, Total, equal, text_of


@dataclass(frozen=True, slots=True)
class Method:
    """`run` gets the budget, the value, and as many arguments as `arities` allows."""

    run: Callable[..., object]
    arities: tuple[int, ...] = (0,)


Table = Mapping[str, Method]

_ANY: Final[Table] = {
    "toString": Method(lambda budget, value: budget.made(text_of(value, budget))),
    "equals": Method(lambda budget, value, other: equal(value, other, budget), (1,)),
}

_NUMBER: Final[Table] = {
    **_ANY,
    "intValue": Method(lambda _, value: int(value)),
    "longValue": Method(lambda _, value: int(value)),
    "doubleValue": Method(lambda _, value: float(value)),
    "compareTo": Method(lambda _, value, other: (value > strings.number(other)) - (value < other), (1,)),
    "parseInt": Method(lambda _, value, text: strings.whole_number(text), (1,)),
    "parseDouble": Method(lambda _, value, text: strings.real_number(text), (1,)),
    "valueOf": Method(lambda _, value, text: strings.whole_number(text), (1,)),
}


def _get(_: Budget, value: list[object], index: object) -> object:
    return value[_position(value, index)]


def _set(_: Budget, value: list[object], index: object, item: object) -> object:
    at = _position(value, index)
    before, value[at] = value[at], item
    return before


def _add(_: Budget, value: list[object], *arguments: object) -> object:
    if len(arguments) == 1:
        value.append(arguments[0])
        return True
    value.insert(_position([*value, None], arguments[0]), arguments[1])
    return None


def _add_all(budget: Budget, value: list[object], other: object) -> object:
    items = _list(other)
    budget.spend(len(items))
    value.extend(items)
    return bool(items)


def _remove(budget: Budget, value: list[object], item: object) -> object:
    if isinstance(item, int) and not isinstance(item, bool):
        return value.pop(_position(value, item))
    at = _index_of(budget, value, item)
    if at >= 0:
        del value[at]
    return at >= 0


def _index_of(budget: Budget, value: list[object], item: object) -> int:
    return next((at for at, other in enumerate(value) if equal(other, item, budget)), -1)


def _sub_list(budget: Budget, value: list[object], first: object, last: object) -> object:
    start, end = strings.whole(first), strings.whole(last)
    if not 0 <= start <= end <= len(value):
        raise Refusal(f"there are no elements {start} to {end} in a list of {len(value)}")
    budget.spend(end - start)
    return value[start:end]


_LIST: Final[Table] = {
    **_ANY,
    "size": Method(lambda _, value: len(value)),
    "isEmpty": Method(lambda _, value: not value),
    "get": Method(_get, (1,)),
    "set": Method(_set, (2,)),
    "add": Method(_add, (1, 2)),
    "addAll": Method(_add_all, (1,)),
    "remove": Method(_remove, (1,)),
    "clear": Method(lambda _, value: value.clear()),
    "contains": Method(lambda budget, value, item: _index_of(budget, value, item) >= 0, (1,)),
    "indexOf": Method(_index_of, (1,)),
    "subList": Method(_sub_list, (2,)),
}


def _put(_: Budget, value: dict[object, object], key: object, item: object) -> object:
    before = value.get(_key(key))
    value[key] = item
    return before


def _put_all(budget: Budget, value: dict[object, object], other: object) -> None:
    if not isinstance(other, dict):
        raise Refusal("putAll takes a map")
    budget.spend(len(other))
    value.update(other)


def _found(value: dict[object, object], key: object, other: object = None) -> object:
    return value.get(_key(key), MISSING if isinstance(value, Total) else other)


def _snapshot(make: Callable[[dict[object, object]], list[object]]) -> Method:
    def run(budget: Budget, value: dict[object, object]) -> list[object]:
        budget.spend(len(value))
        return make(value)

    return Method(run)


_MAP: Final[Table] = {
    **_ANY,
    "size": Method(lambda _, value: len(value)),
    "isEmpty": Method(lambda _, value: not value),
    "get": Method(lambda _, value, key: _found(value, key), (1,)),
    "getOrDefault": Method(lambda _, value, key, other: value.get(_key(key), other), (2,)),
    "put": Method(_put, (2,)),
    "putIfAbsent": Method(lambda _, value, key, item: value.setdefault(_key(key), item), (2,)),
    "putAll": Method(_put_all, (1,)),
    "remove": Method(lambda _, value, key: value.pop(_key(key), None), (1,)),
    "clear": Method(lambda _, value: value.clear()),
    "containsKey": Method(lambda _, value, key: _key(key) in value, (1,)),
    "containsValue": Method(
        lambda budget, value, item: any(equal(other, item, budget) for other in value.values()), (1,)
    ),
    "keySet": _snapshot(list),
    "values": _snapshot(lambda value: list(value.values())),
    "entrySet": _snapshot(lambda value: [Entry(*pair) for pair in value.items()]),
}

_ENTRY: Final[Table] = {
    **_ANY,
    "getKey": Method(lambda _, value: value.key),
    "getValue": Method(lambda _, value: value.value),
}

_LOOP: Final[Table] = {
    "hasNext": Method(lambda _, value: value.has_next),
    "getIndex": Method(lambda _, value: value.index),
    "getCount": Method(lambda _, value: value.index + 1),
}

_INPUT: Final[Table] = {
    "json": Method(lambda budget, value, path: budget.made(value.json(strings.text(path))), (1,)),
    "path": Method(lambda _, value, path: value.path(strings.text(path)), (1,)),
    "params": Method(lambda _, value, *name: value.param(strings.text(*name)) if name else value.params(), (0, 1)),
}


def _of_text(function: Callable[[str], object]) -> Method:
    """A method of `$util`: null stays null, and any other value is taken as it prints."""

    def run(budget: Budget, _: Util, value: object) -> object:
        if value is None:
            return None
        result = function(text_of(value, budget))
        return budget.made(result) if isinstance(result, str) else result

    return Method(run, (1,))


_UTIL: Final[Table] = {
    "escapeJavaScript": _of_text(escape_javascript),
    "parseJson": _of_text(parse_json),
    "urlEncode": _of_text(url_encode),
    "urlDecode": _of_text(url_decode),
    "base64Encode": _of_text(base64_encode),
    "base64Decode": _of_text(base64_decode),
}

_STRING: Final[Table] = {
    **_ANY,
    **{name: Method(run, arities) for name, (run, arities) in strings.METHODS.items()},
}

_TABLES: Final[tuple[tuple[type[Any], Table], ...]] = (
    (bool, _ANY),
    (int, _NUMBER),
    (float, _NUMBER),
    (str, _STRING),
    (list, _LIST),
    (dict, _MAP),
    (Entry, _ENTRY),
    (Loop, _LOOP),
    (Input, _INPUT),
    (Util, _UTIL),
)

OF_INPUT: Final = frozenset(_INPUT)
OF_UTIL: Final = frozenset(_UTIL)
KNOWN: Final = frozenset(name for _, table in _TABLES for name in table)


def method_of(value: object, name: str) -> Method | None:
    """None when values of this kind have no such method."""
    return next((table.get(name) for kind, table in _TABLES if isinstance(value, kind)), None)


def property_of(value: object, name: str) -> object:  # noqa: PLR0911 - one for each kind of value
    """What `$value.name` is; None when there is no such thing."""
    if isinstance(value, dict):
        return _found(value, name)
    if value is MISSING:
        return MISSING
    if isinstance(value, Input):
        return value.body if name == "body" else None
    if isinstance(value, Entry):
        return {"key": value.key, "value": value.value}.get(name)
    if isinstance(value, Loop):
        return {
            "index": value.index,
            "count": value.index + 1,
            "hasNext": value.has_next,
            "first": value.index == 0,
            "last": not value.has_next,
            "parent": value.parent,
        }.get(name)
    if isinstance(value, str | list) and name == "empty":
        return not value
    return None


def element_of(value: object, key: object) -> object:
    """What `$value[key]` is; None when there is no such thing."""
    if isinstance(value, dict):
        return _found(value, key)
    if isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return None


def _position(value: list[object], index: object) -> int:
    at = strings.whole(index)
    if not 0 <= at < len(value):
        raise Refusal(f"there is no element {at} in a list of {len(value)}")
    return at


def _key(value: object) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    raise Refusal("a key of a map has to be a text, a number or a boolean")


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Refusal("a list is expected")
    return value
