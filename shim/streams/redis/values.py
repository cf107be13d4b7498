"""Values as text: JSON, and in it what DynamoDB holds beside that, each as an object with one key.

Numbers that are `Decimal`, bytes, and sets are what boto3 gives and takes:
https://docs.aws.amazon.com/boto3/latest/reference/customizations/dynamodb.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

_LOADED: Final[dict[str, Callable[[Any], Any]]] = {
    "$decimal": Decimal,
    "$bytes": base64.b64decode,
    "$set": set,
    "$map": dict,
}
"""By the key of the object. `$map`: a mapping that would be taken for one of the others."""


def dump(value: object) -> str:
    """Raises TypeError or ValueError for what can't be kept, such as an object of the application's own."""
    return json.dumps(_plain(value), sort_keys=True, allow_nan=False)


def load(kept: str | bytes) -> Any:  # noqa: ANN401 - whatever was kept
    return json.loads(kept, object_hook=_restored)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, bytes | bytearray):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, set | frozenset):
        return {"$set": sorted((_plain(one) for one in value), key=json.dumps)}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise TypeError("a key that is no text")
        plain = {name: _plain(one) for name, one in value.items()}
        return {"$map": list(plain.items())} if plain.keys() & _LOADED.keys() else plain
    return value


def _restored(found: dict[str, Any]) -> Any:  # noqa: ANN401
    if len(found) == 1:
        ((name, inner),) = found.items()
        if name in _LOADED:
            return _LOADED[name](inner)
    return found
