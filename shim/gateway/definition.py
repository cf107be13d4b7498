"""A WebSocket API as the shim serves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shim.gateway.limits import GatewayLimits, Throttle

Passthrough = Literal["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]
ContentHandling = Literal["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]
EventProfile = Literal["current", "legacy-nulls"]


@dataclass(frozen=True, slots=True)
class IntegrationResponse:
    """What becomes of an integration's answer. `templates`: key that the selection expression gives -> template."""

    templates: Mapping[str, str] = field(default_factory=dict)
    template_selection_expression: str | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a message is turned into a request, and its answer into a message, where the integration is no proxy.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
    """

    request_templates: Mapping[str, str] = field(default_factory=dict)
    template_selection_expression: str | None = None
    """Gives the key of the request template. None: the template `$default`."""
    request_parameters: Mapping[str, str] = field(default_factory=dict)
    """`integration.request.header.Name`, `.querystring.name` or `.path.name` -> `route.request.…`, `context.…`,
    `stageVariables.…` or a static value in single quotes."""
    passthrough: Passthrough = "WHEN_NO_MATCH"
    content_handling: ContentHandling | None = None
    responses: Mapping[str, IntegrationResponse] = field(default_factory=dict)
    """Integration response key (`$default`, or `/pattern/` on the status) -> response."""


@dataclass(frozen=True, slots=True)
class LambdaProxy:
    """AWS_PROXY: the function gets the event."""

    function: str
    """Names a function of the back end."""


@dataclass(frozen=True, slots=True)
class LambdaMapped:
    """AWS with a Lambda function: it gets what the mapping template renders."""

    function: str
    mapping: Mapped = field(default_factory=Mapped)


@dataclass(frozen=True, slots=True)
class Http:
    """HTTP, or HTTP_PROXY when `proxy`: the message is the body of a request. `uri` may hold `${stageVariables.x}`."""

    uri: str
    method: str = "POST"
    proxy: bool = False
    mapping: Mapped = field(default_factory=Mapped)


@dataclass(frozen=True, slots=True)
class Mock:
    """MOCK: the template renders `{"statusCode": 200}`, which selects the integration response."""

    mapping: Mapped = field(default_factory=Mapped)


@dataclass(frozen=True, slots=True)
class Sqs:
    """AWS with SQS: the request template renders a form such as `Action=SendMessage&MessageBody=…`.

    `path`: `<account>/<queue>`; empty: the form's `QueueUrl` names the queue. `endpoint`: None calls AWS.
    """

    region: str
    path: str
    mapping: Mapped = field(default_factory=Mapped)
    endpoint: str | None = None


Integration = LambdaProxy | LambdaMapped | Http | Mock | Sqs


@dataclass(frozen=True, slots=True)
class RouteDefinition:
    """`route_response`: what the integration answers is sent to the client."""

    integration: Integration
    route_response: bool = False
    timeout_s: float | None = None
    """What its integration may take; None takes the limit of the API."""
    throttle: Throttle | None = None
    models: Mapping[str, str] = field(default_factory=dict)
    """Model key -> JSON schema, draft 4, as text. Empty: nothing is validated."""
    model_selection_expression: str | None = None
    """Gives the model key of a message. None: the model `$default`."""


@dataclass(frozen=True, slots=True)
class AuthorizerDefinition:
    """A REQUEST authorizer. All `identity_sources` must be present, else 401 without a call."""

    name: str
    function: str
    identity_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainMapping:
    """A custom domain; an empty `base_path` maps the whole host.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-mappings.html
    """

    host: str
    base_path: str = ""


@dataclass(frozen=True, slots=True)
class ApiDefinition:
    """One API at one stage. Routes are keyed by route key."""

    name: str
    routes: Mapping[str, RouteDefinition]
    selection_expression: str = "$request.body.action"
    stage: str = "dev"
    authorizer: AuthorizerDefinition | None = None
    api_id: str = "local00000"
    region: str = "us-east-1"
    account_id: str = "123456789012"
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    domains: tuple[DomainMapping, ...] = ()
    limits: GatewayLimits = field(default_factory=GatewayLimits)
    event_profile: EventProfile = "current"
    ordered: bool = False
    """Whether the messages of a connection are handled one after the other. API Gateway does not."""
    bad_response_frames: bool = False
    """Whether a function that returns no response on a message route (None, or nothing with a `statusCode`) gives the
    client an error frame. What AWS does is not settled."""

    @property
    def domain_name(self) -> str:
        """What events say the API's host is, unless a custom domain was used. Never what a client says: handlers
        build addresses from it."""
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    def method_arn(self, route_key: str) -> str:
        return f"arn:aws:execute-api:{self.region}:{self.account_id}:{self.api_id}/{self.stage}/{route_key}"
