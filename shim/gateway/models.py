"""Request validation: whether a message fits the model of its route.

https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-request-validation.html
"""

from __future__ import annotations

import json
from functools import lru_cache

from jsonschema import Draft4Validator
from jsonschema.protocols import Validator

from shim.gateway.definition import RouteDefinition


def body_is_valid(route: RouteDefinition, body: str) -> bool:
    """True for a route without models. A body that is not JSON fits no model."""
    schema = route.models.get("$default")
    if schema is None:
        return True
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return _validator(schema).is_valid(value)


@lru_cache(256)
def _validator(schema: str) -> Validator:
    return Draft4Validator(json.loads(schema))
