"""Where mapping templates, selection expressions and request parameters find what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shim.gateway.definition import ApiDefinition
from shim.gateway.vtl import Input, Scope, VtlError
from shim.gateway.vtl.budget import Budget
from shim.gateway.vtl.errors import Refusal
from shim.gateway.vtl.jsonpath import ABSENT, PathInvalid, look_up
from shim.gateway.vtl.template import compile_template
from shim.gateway.vtl.texts import parse_json
from shim.gateway.vtl.values import text_of
from shim.integrations.call import Call, IntegrationFailed


@dataclass(frozen=True, slots=True)
class Response:
    """What an integration answered, before it is mapped. `status`: HTTP's. Header names in lower case."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Sources:
    """Of one call."""

    def __init__(self, api: ApiDefinition, call: Call) -> None:
        self.call = call
        self.stage_variables = api.stage_variables
        self._context: Mapping[str, Any] | None = None

    @property
    def context(self) -> Mapping[str, Any]:
        """What `$context` is: the request context of the event, as functions get it."""
        if self._context is None:
            self._context = self.call.event()["requestContext"]
        return self._context

    def render(self, template: str, response: Response | None = None) -> str:
        """`$input` is the message, or the response when there is one. Raises IntegrationFailed."""
        if response is None:
            given = Input(self.call.body, dict(self.call.query), dict(self.call.headers))
        else:
            given = Input(response.body, headers=response.headers)
        try:
            return compile_template(template).render(Scope(given, self.context, self.stage_variables))
        except VtlError as error:
            raise IntegrationFailed(f"mapping template: {error}") from error

    def body_value(self, path: str, response: Response | None = None) -> str | None:
        """The value at a path of the message (or the response) as text; None when there is none."""
        try:
            value = look_up(parse_json(self.call.body if response is None else response.body), path)
            return None if value is ABSENT or value is None else text_of(value, Budget())
        except (Refusal, PathInvalid, RecursionError):
            return None

    def context_value(self, name: str) -> str | None:
        """`name` may have dots: `authorizer.principalId`."""
        value: object = self.context
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return None if value is None or isinstance(value, Mapping) else text_of(value, Budget())
