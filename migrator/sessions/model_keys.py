"""Keys of a message that a route's model asks for: API Gateway validates messages with a JSON schema, draft 4.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-request-validation.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from migrator.inventory.messages import ELEMENT
from migrator.inventory.model import KeyKind, MessageKey, Route

MAX_KEYS: Final = 200
"""Keys of one model that messages are given."""

DEEPEST: Final = 6

_DEFAULT: Final = "$default"
_KINDS: Final[dict[str, KeyKind]] = {
    "string": "text", "integer": "number", "number": "number", "boolean": "boolean", "array": "list", "object": "object"
}  # fmt: skip


def with_model_keys(route: Route) -> Route:
    """The route with what its model says of keys: more of them, and of those that code reads the kind and the values.

    Of several models the one under `$default` counts, else the first. A schema that can't be read says nothing.
    """
    models = route.settings.models
    if not models:
        return route
    try:
        schema = json.loads(models.get(_DEFAULT) or next(iter(models.values())))
    except (ValueError, RecursionError):
        return route
    found = {key.name: key for key in route.reads}
    for key in _Reader(route, schema).declared():
        known = found.get(key.name)
        found[key.name] = key if known is None else _joined(known, key)
    return route.model_copy(update={"reads": tuple(found.values())})


def _joined(read: MessageKey, declared: MessageKey) -> MessageKey:
    """What the model says of the kind goes first: without it the message does not reach the code."""
    kind = read.kind if declared.kind == "unknown" else declared.kind
    literals = declared.literals or (read.literals if kind in {"text", "unknown"} else ())
    required = read.required or declared.required
    return read.model_copy(update={"kind": kind, "literals": literals, "required": required})


class _Reader:
    def __init__(self, route: Route, schema: object) -> None:
        self._route, self._schema = route, schema
        self._left = MAX_KEYS

    def declared(self) -> Iterator[MessageKey]:
        yield from self._properties(self._schema, "", 0)

    def _properties(self, schema: object, before: str, depth: int) -> Iterator[MessageKey]:
        one = self._resolved(schema)
        properties, required = one.get("properties"), one.get("required")
        if not isinstance(properties, dict) or depth > DEEPEST:
            return
        for name, declared in properties.items():
            # A path of keys is written with dots and brackets, so a key that has them can't be told.
            if self._left == 0 or not name or set(name) & set(".[]"):
                continue
            self._left -= 1
            yield from self._key(f"{before}{name}", declared, depth, isinstance(required, list) and name in required)

    def _key(self, path: str, declared: object, depth: int, required: bool) -> Iterator[MessageKey]:
        schema = self._resolved(declared)
        options = schema.get("enum")
        texts = tuple(one for one in options if isinstance(one, str)) if isinstance(options, list) else ()
        kind = _kind(schema)
        yield MessageKey(
            name=path, required=required, literals=texts, kind="text" if texts else kind, location=self._route.location
        )
        if kind == "object":
            yield from self._properties(schema, f"{path}.", depth + 1)
        elif kind == "list":
            yield from self._properties(schema.get("items"), f"{path}{ELEMENT}.", depth + 1)

    def _resolved(self, schema: object) -> dict[str, Any]:
        """A schema without the references that it consists of; only those into itself, as the shim allows them."""
        for _ in range(DEEPEST):
            reference = schema.get("$ref") if isinstance(schema, dict) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                break
            schema = self._schema
            for step in reference[2:].split("/"):
                schema = schema.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(schema, dict) else None
        return schema if isinstance(schema, dict) else {}


def _kind(schema: dict[str, Any]) -> KeyKind:
    said = schema.get("type")
    names = said if isinstance(said, list) else [said]
    kinds = [_KINDS[name] for name in names if isinstance(name, str) and name in _KINDS]
    if kinds:
        return kinds[0]
    return "object" if isinstance(schema.get("properties"), dict) else "unknown"
