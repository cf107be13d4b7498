"""What the Prometheus operator 0.93 and the standard channel of the Gateway API allow in their own kinds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import jsonschema

_DEFINED: Final = json.loads(Path(__file__).with_name("custom_resources.json").read_text(encoding="utf-8"))
KINDS: Final = frozenset(_DEFINED)


def validate(manifest: dict[str, Any]) -> None:
    """As an API server does with strict fields: what no schema names is refused, too."""
    defined = _DEFINED[manifest["kind"]]
    assert manifest["apiVersion"] == defined["apiVersion"]
    schema = _closed(defined["schema"])
    schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}
    jsonschema.validate(manifest, schema, cls=jsonschema.Draft202012Validator)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", bool(schema.get("x-kubernetes-preserve-unknown-fields")))
    return closed
