"""What is certain of the events of a route, before any of them has come.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import libcst as cst

from migrator.inventory.model import Api, Route
from migrator.rewrite.python.event_reads import PATHS, EventRead, NotNative

EventType = Literal["CONNECT", "DISCONNECT", "MESSAGE"]

_ALWAYS: Final = frozenset({"requestContext", "isBase64Encoded"})
_HANDSHAKE: Final = frozenset({"headers", "multiValueHeaders"})
_QUERY: Final = frozenset({"queryStringParameters", "multiValueQueryStringParameters"})


@dataclass(frozen=True)
class Situation:
    """`authorized`: whether the API has an authorizer."""

    key: str
    authorized: bool

    @classmethod
    def of(cls, api: Api, route: Route) -> Situation:
        return cls(route.key, api.authorizer is not None)

    @property
    def event_type(self) -> EventType:
        return {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(self.key, "MESSAGE")  # type: ignore[return-value]

    @property
    def connects(self) -> bool:
        return self.key == "$connect"

    @property
    def has_body(self) -> bool:
        return self.event_type == "MESSAGE"

    def has(self, key: str) -> bool | None:
        """Whether an event has the key at its top; None when that depends on the request."""
        if key in _ALWAYS or (key == "body" and self.has_body):
            return True
        if key in _HANDSHAKE:
            return not self.has_body
        return None if key in _QUERY and self.connects else False

    def attribute(self, read: EventRead, caller: str) -> str:
        """The expression with the caller in place of what is read. Raises NotNative where the two are not the same."""
        name = PATHS[read.step.path]
        default = read.step.default
        empty = default is not None and _is_empty(default)
        if name == "context" and not self.authorized and not empty:
            raise NotNative("it reads what an authorizer adds, and the API has none")
        if name == "method_arn":
            raise NotNative("it reads methodArn, which only the event of an authorizer has")
        if name == "user_agent" and (read.step.subscript or default is not None):
            raise NotNative("it can tell whether the client named its user agent")
        if name == "headers" and not self.connects:
            raise NotNative("it reads headers, which only the request that connects has")
        if name == "query":
            if not self.connects:
                raise NotNative("it reads a query string, which only the request that connects has")
            return self._query(read, caller, empty=empty)
        return f"{caller}.{name}"

    @staticmethod
    def _query(read: EventRead, caller: str, *, empty: bool) -> str:
        """Without a query string the event has none: `.get` gives None then, and `[...]` raises KeyError."""
        if empty or (read.step.subscript and read.rest is not None and read.rest.subscript):
            return f"{caller}.query"
        if read.step.subscript or read.step.default is not None:
            raise NotNative("it can tell whether there was a query string")
        return f"({caller}.query or None)"


def _is_empty(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Dict) and not node.elements
