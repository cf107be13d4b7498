"""What templates are given: `$input`, `$util`, `$context`, `$stageVariables`.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.jsonpath import ABSENT, PathInvalid, look_up
from shim.gateway.vtl.texts import parse_json, print_json
from shim.gateway.vtl.values import MISSING, Total

_UNREAD = object()


@dataclass(slots=True)
class Input:
    """`$input`: a message, or what an integration answered, and the parameters of the handshake."""

    body: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    _pristine: object = field(default=_UNREAD, init=False)
    _shared: object = field(default=_UNREAD, init=False)

    def json(self, path: str) -> str:
        """The value at a path as JSON; `""` when there is none. Raises Refusal."""
        if self._pristine is _UNREAD:
            self._pristine = self._parsed()
        found = _look_up(self._pristine, path)
        return '""' if found is ABSENT else print_json(found)

    def path(self, path: str) -> object:
        """The value at a path, which the template may change; `MISSING` when there is none, or null. Raises Refusal."""
        if self._shared is _UNREAD:
            self._shared = self._parsed()
        found = _look_up(self._shared, path)
        return MISSING if found is ABSENT or found is None else found

    def params(self) -> dict[str, Any]:
        """The maps `path`, `querystring` and `header`."""
        return {"path": {}, "querystring": dict(self.query), "header": dict(self.headers)}

    def param(self, name: str) -> str:
        """A parameter of the query string, else a header, else the empty string."""
        if name in self.query:
            return self.query[name]
        wanted = name.lower()
        return next((value for header, value in self.headers.items() if header.lower() == wanted), "")

    def _parsed(self) -> object:
        """Nothing is the empty object; a text that does not look like an object or an array stands for itself."""
        text = self.body.strip(" \t\r\n")
        if not text:
            return {}
        try:
            return parse_json(text)
        except Refusal:
            if text[0] in "{[":
                raise
            return self.body


class Util:
    """`$util`. Its methods are in `methods.py`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables that a template begins with. `context` and `stage_variables`: nested maps of plain values."""

    input: Input
    context: Mapping[str, Any] = field(default_factory=dict)
    stage_variables: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, object]:
        """Fresh ones: what a template changes is gone after it."""
        return {
            "input": self.input,
            "util": Util(),
            "context": _total(self.context),
            "stageVariables": _total(self.stage_variables),
        }


def _total(value: Mapping[str, Any]) -> Total:
    return Total(
        {key: _total(item) if isinstance(item, Mapping) else item for key, item in value.items() if item is not None}
    )


def _look_up(value: object, path: str) -> object:
    try:
        return look_up(value, path)
    except PathInvalid as error:
        raise Refusal(str(error)) from error
