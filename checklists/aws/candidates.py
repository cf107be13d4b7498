"""Which functions are looked at closely: those of WebSocket APIs, and those that have to do with them.

An account has thousands of functions, and each close look takes four calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.estate import Thing

_FUNCTION_ARN: Final = re.compile(r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+)")


def function_arns(text: str) -> tuple[str, ...]:
    """ARNs of the functions in a text, such as the URI of an integration, without version and alias."""
    return tuple(_FUNCTION_ARN.findall(text))


def candidates(things: Iterable[Thing], mentioned: dict[str, list[JsonValue]]) -> frozenset[str]:
    """ARNs of functions that a WebSocket API calls, that name one, that these name, or that what these name wakes."""
    things = tuple(things)
    functions = {one.arn for one in things if one.type == types.FUNCTION}
    apis = {one.arn for one in things if one.type == types.API and one.properties.get("ProtocolType") == "WEBSOCKET"}
    called = {
        arn
        for one in things
        if one.type in {types.INTEGRATION, types.AUTHORIZER} and one.arn.rsplit("/", 2)[0] in apis
        for key in ("IntegrationUri", "AuthorizerUri")
        for arn in function_arns(str(one.properties.get(key, "")))
    }
    of = {arn: {str(one["of"]) for one in several if isinstance(one, dict)} for arn, several in mentioned.items()}
    naming = {arn for arn in functions if of.get(arn, set()) & apis}
    near = called | naming
    named = {arn for one in near for arn in of.get(one, set())}
    woken = {
        arn
        for one in things
        if one.type == types.EVENT_SOURCE
        and str(one.properties.get("EventSourceArn")).partition("/stream/")[0] in named
        for arn in function_arns(str(one.properties.get("FunctionArn", "")))
    }
    return frozenset((near | named | woken) & functions)
