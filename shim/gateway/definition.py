"""A WebSocket API as the shim serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RouteDefinition:
    """`function` names a function of the back end. `route_response`: the returned body is sent to the client."""

    function: str
    route_response: bool = False


@dataclass(frozen=True, slots=True)
class AuthorizerDefinition:
    """A REQUEST authorizer. All `identity_sources` must be present, else 401 without a call."""

    name: str
    function: str
    identity_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiDefinition:
    """Routes are keyed by route key."""

    name: str
    routes: Mapping[str, RouteDefinition]
    selection_expression: str = "$request.body.action"
    stage: str = "dev"
    authorizer: AuthorizerDefinition | None = None
    api_id: str = "local00000"
    region: str = "us-east-1"
    account_id: str = "123456789012"
    stage_variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def domain_name(self) -> str:
        """What events say the API's host is. Never what a client says: handlers build addresses from it."""
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    def method_arn(self, route_key: str) -> str:
        return f"arn:aws:execute-api:{self.region}:{self.account_id}:{self.api_id}/{self.stage}/{route_key}"
