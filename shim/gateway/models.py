"""Request validation: whether a message fits the model of its route.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft4Validator, ValidationError
from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from jsonschema.validators import extend
from referencing import Registry

from shim.gateway.definition import RouteDefinition
from shim.gateway.selection import ExpressionUnusable, check_expression, evaluate, read_json

DEFAULT_MODEL = "$default"

_DATA = frozenset({"enum", "default"})
"""Keywords whose value is data, not a schema."""

_BY_NAME = frozenset({"properties", "patternProperties", "definitions", "dependencies"})
"""Keywords whose value has schemas by names of its own."""


class ModelUnusable(ValueError):
    """Raised for a model that nothing can be validated with. `key` is its key in the route, None when the whole route
    is meant; `at` is the place in the schema, such as `properties/name`."""

    def __init__(self, key: str | None, reason: str, at: str = "") -> None:
        self.key, self.reason, self.at = key, reason, at
        super().__init__(key, reason, at)

    def __str__(self) -> str:
        whose = "the route's models" if self.key is None else f"the model {self.key!r}"
        return f"{whose}, at {self.at}: {self.reason}" if self.at else f"{whose}: {self.reason}"


class _SchemaUnusable(Exception):
    def __init__(self, reason: str, at: str = "") -> None:
        self.reason, self.at = reason, at
        super().__init__(reason, at)


def check_models(route: RouteDefinition) -> None:
    """To be called before the route is served. Raises ModelUnusable for a schema that is not JSON, not of draft 4,
    or refers to anything outside itself, and for models that no message could ever be validated with."""
    if route.models:
        _check_selection(route)
    for key, schema in route.models.items():
        _validator(key, schema)


def body_is_valid(route: RouteDefinition, body: str) -> bool:
    """True for a route without models. A body that is not JSON fits no model, and where the expression selects no
    model and there is no `$default`, nothing is valid. Raises ModelUnusable for what `check_models` refuses."""
    if not route.models:
        return True
    try:
        value: Any = read_json(body)
    except ValueError:
        return False
    key = _select(route, value)
    if key is None:
        return False
    try:
        return _validator(key, route.models[key]).is_valid(value)
    except (RecursionError, ArithmeticError):
        # nested deeper than the interpreter follows, or a number that can't be divided
        return False


def _select(route: RouteDefinition, value: object) -> str | None:
    """The key of the model for a message; None when no model is for it."""
    if route.model_selection_expression is None:
        _check_selection(route)
        return DEFAULT_MODEL
    key = evaluate(route.model_selection_expression, {"request": {"body": value}})
    if key in route.models:
        return key
    return DEFAULT_MODEL if DEFAULT_MODEL in route.models else None


def _check_selection(route: RouteDefinition) -> None:
    if route.model_selection_expression is None:
        if DEFAULT_MODEL not in route.models:
            raise ModelUnusable(None, f"there is neither a model selection expression nor a model {DEFAULT_MODEL}")
        return
    try:
        check_expression(route.model_selection_expression)
    except ExpressionUnusable as error:
        raise ModelUnusable(None, str(error)) from error


def _validator(key: str, schema: str) -> Validator:
    try:
        return _compiled(schema)
    except _SchemaUnusable as error:
        raise ModelUnusable(key, error.reason, error.at) from error


@lru_cache(1024)
def _compiled(text: str) -> Validator:
    """Nothing is ever fetched: the registry is empty, so that a reference can only lead to the schema itself."""
    try:
        schema = json.loads(text)
        if not isinstance(schema, dict):
            raise _SchemaUnusable("it is not a JSON object")
        Draft4Validator.check_schema(schema)
        schema.pop("id", None)
        _check_texts(schema, schema, "", set())
        validator: Validator = _Validator(schema, registry=Registry())
        validator.is_valid(None)
    except SchemaError as error:
        raise _SchemaUnusable(error.message, "/".join(map(str, error.absolute_path))) from error
    except RecursionError as error:
        raise _SchemaUnusable("it is nested too deep, or refers to itself without end") from error
    except ValueError as error:
        raise _SchemaUnusable(f"it is not JSON: {error}") from error
    return validator


def _check_texts(root: dict[str, Any], schema: object, place: str, seen: set[int]) -> None:
    """References lead to a schema within this one, and regular expressions are some."""
    seen.add(id(schema))
    for at, keyword, text in _walk(schema, place):
        if keyword == "pattern":
            _check_pattern(text, at)
        elif keyword == "id":
            raise _SchemaUnusable("an id within a model would change where references lead", at)
        else:
            target = _target(root, text, at)
            if id(target) not in seen:
                Draft4Validator.check_schema(target)
                _check_texts(root, target, str(text).lstrip("#/"), seen)


def _check_pattern(text: object, at: str) -> None:
    try:
        re.compile(str(text))
    except re.error as error:
        raise _SchemaUnusable(f"{text!r} is no regular expression: {error}", at) from error


def _target(root: dict[str, Any], reference: object, at: str) -> Any:  # noqa: ANN401 - any JSON value
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        raise _SchemaUnusable(f"it refers to {reference!r}, and only references within it are followed", at)
    found: Any = root
    for escaped in unquote(reference).split("/")[1:]:
        name = escaped.replace("~1", "/").replace("~0", "~")
        index = int(name) if name.isascii() and name.isdecimal() and len(name) < 10 else -1
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and 0 <= index < len(found):
            found = found[index]
        else:
            raise _SchemaUnusable(f"it refers to {reference!r}, which is not there", at)
    return found


def _walk(schema: object, at: str) -> Iterator[tuple[str, str, object]]:
    """Every reference, id and regular expression: where it stands, its keyword, and what it says."""
    if isinstance(schema, list):
        for index, each in enumerate(schema):
            yield from _walk(each, _join(at, str(index)))
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        here = _join(at, key)
        if key in {"$ref", "pattern", "id"}:
            yield here, key, value
        elif key in _BY_NAME and isinstance(value, dict):
            for name, each in value.items():
                if key == "patternProperties":
                    yield _join(here, name), "pattern", name
                yield from _walk(each, _join(here, name))
        elif key not in _DATA:
            yield from _walk(value, here)


def _join(at: str, name: str) -> str:
    return f"{at}/{name}" if at else name


def _unique_items(
    _validator: Validator, unique: bool, instance: object, _schema: dict[str, Any]
) -> Iterator[ValidationError]:
    """In linear time: the library compares every item with every other when they are objects, and a message may hold
    tens of thousands."""
    if unique and isinstance(instance, list):
        seen = {_identity(item) for item in instance}
        if len(seen) != len(instance):
            yield ValidationError("items are not unique")


def _identity(value: object) -> object:
    """Equal for equal JSON values, where 1 and 1.0 are equal, and 1 and true are not. Numbers are told apart by their
    text: of the hashes of numbers a client could make many the same."""
    if isinstance(value, list):
        return ("list", tuple(map(_identity, value)))
    if isinstance(value, dict):
        return ("dict", frozenset((key, _identity(item)) for key, item in value.items()))
    if isinstance(value, float):
        return ("number", str(int(value)) if value.is_integer() else repr(value))
    return (type(value).__name__ if value is None or isinstance(value, bool | str) else "number", str(value))


_Validator = extend(Draft4Validator, {"uniqueItems": _unique_items})  # type: ignore[no-untyped-call]
