"""What was found in an application. Every other part speaks these words; everything is keyed by API and route."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from migrator.inventory.permissions import Permissions
from migrator.inventory.record import Location, Record
from migrator.inventory.selection import Selection

SCHEMA_VERSION = 1

Language = Literal["python", "javascript", "typescript", "other"]
"""Of a handler; 'other' for runtimes whose code is not read, such as Java and Go."""
ClientLanguage = Literal["python", "javascript", "typescript", "swift", "kotlin", "java", "dart", "csharp"]
Framework = Literal["chalice"]
Recipient = Literal["self", "one", "group", "all", "unknown"]
GoneHandling = Literal["none", "exception", "code", "client_error", "string", "broad"]
TokenPlace = Literal["query", "header", "message"]
IntegrationType = Literal["AWS", "HTTP", "HTTP_PROXY", "MOCK"]
Passthrough = Literal["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]
ContentHandling = Literal["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"]
ServerProtocol = Literal["websocket", "socket.io", "graphql", "sockjs"]
ServerFeature = Literal["broadcast", "rooms", "redis"]
Severity = Literal["refuse", "warn", "offer"]
RefusalKind = Literal[
    "media_stream",
    "two_way_audio",
    "subprotocol",
    "terminal",
    "webrtc_signalling",
    "plain_rest",
]
KeyKind = Literal["text", "number", "boolean", "list", "object", "connection", "unknown"]
"""Of a value; 'connection' is the id of one."""


class Trigger(Record):
    """Why a function runs."""

    kind: Literal["route", "authorizer", "stream", "queue", "schedule", "call"]
    source: str = Field(description="the route key, or the name of the authorizer, stream, queue or schedule")


class MessageKey(Record):
    """A key of the incoming message that a handler reads, or of what lies inside of the message."""

    name: str = Field(description="dotted path from the message, '[]' for any element: 'user.name', 'items[].id'")
    required: bool = Field(description="read without a default or a guard")
    literals: tuple[str, ...] = Field(default=(), description="values that the code compares it with")
    kind: KeyKind = Field(default="unknown", description="what the code takes the value for, where that is certain")
    location: Location

    @property
    def nested(self) -> bool:
        """Whether it lies inside of another key's value."""
        return "." in self.name or "[" in self.name


class Handler(Record):
    """A function that something triggers."""

    id: str = Field(description="'<path>:<function>', unique in the application")
    path: str = Field(description="file, relative to the application's folder; also when it is missing")
    root: str = Field(default=".", description="folder that is first on the import path (the deployed code root)")
    module: str = Field(description="dotted module name as seen from root")
    import_path: tuple[str, ...] = Field(
        default=(), description="folders besides root that its code imports from: layers, shared packages"
    )
    function: str
    language: Language
    framework: Framework | None = Field(
        default=None,
        description="whose decorators registered it and make its event object; None for Lambda's own event",
    )
    framework_object: str | None = Field(
        default=None,
        description="the framework's application as '<module seen from root>:<variable>'; None without one",
    )
    triggers: tuple[Trigger, ...] = ()
    reads: tuple[MessageKey, ...] = Field(
        default=(),
        description="keys of its event that the code reads, where something other than a route triggers it; '{}' is "
        "the step into a text that is JSON: 'Records[].body{}.room'",
    )
    environment: dict[str, str] = Field(default_factory=dict, description="resolved variables of this function alone")
    location: Location | None = Field(default=None, description="the definition; None when it was not found")
    declared_in: Location | None = Field(default=None, description="where the infrastructure names it")
    problem: str | None = Field(default=None, description="why it can't be read or run; None when it can")
    permissions: Permissions | None = Field(
        default=None, description="what it may do in AWS; None when no infrastructure says"
    )

    @property
    def route_keys(self) -> tuple[str, ...]:
        return tuple(t.source for t in self.triggers if t.kind == "route")


class TokenFacts(Record):
    """What the authorizer's code says of the token that it accepts."""

    kind: Literal["jwt"] = "jwt"
    query: str | None = Field(default=None, description="query parameter that carries it")
    header: str | None = Field(default=None, description="header that carries it")
    scheme: str | None = Field(default=None, description="prefix in the header, such as 'Bearer'")
    algorithms: tuple[str, ...] = ()
    secret_variable: str | None = Field(default=None, description="environment variable with the secret or key")
    secret_at: Location | None = Field(
        default=None, description="where the code itself holds the secret as a text; the secret is not told"
    )
    claims: tuple[str, ...] = Field(default=(), description="claims that the code reads")


class Authorizer(Record):
    """Who decides on $connect."""

    name: str
    type: Literal["REQUEST", "AWS_IAM"]
    handler: str | None = Field(default=None, description="handler id; None for AWS_IAM")
    identity_sources: tuple[str, ...] = Field(default=(), description="for example 'route.request.querystring.token'")
    token: TokenFacts | None = Field(default=None, description="None when the code was not understood")
    context_keys: tuple[str, ...] = Field(default=(), description="keys that it adds to requestContext.authorizer")
    location: Location


class IntegrationResponse(Record):
    """What becomes of an integration's answer."""

    key: str = Field(description="'$default', or '/pattern/' on the status or the error message")
    templates: dict[str, str] = Field(default_factory=dict)
    template_selection_expression: str | None = None


class Integration(Record):
    """How a route reaches what is behind it, where that is no Lambda proxy."""

    type: IntegrationType
    uri: str | None = Field(default=None, description="HTTP: the address; it may hold ${stageVariables.x}")
    method: str = "POST"
    queue_region: str | None = Field(default=None, description="AWS with SQS: the region; None for a function")
    queue_path: str = Field(default="", description="'<account>/<queue>'; empty when the request template names it")
    request_templates: dict[str, str] = Field(default_factory=dict)
    template_selection_expression: str | None = None
    request_parameters: dict[str, str] = Field(default_factory=dict)
    passthrough: Passthrough = "WHEN_NO_MATCH"
    content_handling: ContentHandling | None = None
    responses: tuple[IntegrationResponse, ...] = ()
    location: Location


class Throttling(Record):
    """A token bucket."""

    rate_per_s: float
    burst: int


class RouteSettings(Record):
    """What holds for a route, whatever is behind it."""

    timeout_s: float | None = Field(default=None, description="of its integration; None for the API's limit")
    throttling: Throttling | None = Field(default=None, description="of this route alone")
    models: dict[str, str] = Field(default_factory=dict, description="model key -> JSON schema, draft 4, as text")
    model_selection_expression: str | None = None


class Route(Record):
    key: str
    handler: str = Field(description="handler id")
    route_response: bool = Field(default=False, description="whether the returned body reaches the client")
    reads: tuple[MessageKey, ...] = ()
    integration: Integration | None = Field(default=None, description="None for a Lambda proxy integration")
    settings: RouteSettings = RouteSettings()
    location: Location


class FunctionlessRoute(Record):
    """A route behind which stands no function."""

    key: str
    route_response: bool = False
    integration: Integration
    settings: RouteSettings = RouteSettings()
    location: Location


class UnservedRoute(Record):
    """A route that the infrastructure declares, and that leads to nothing that is here or can be served."""

    key: str
    reason: str
    route_response: bool = False
    location: Location


class CustomDomain(Record):
    host: str
    base_path: str = Field(default="", description="empty when the API has the whole host")


class Api(Record):
    """One WebSocket API."""

    id: str = Field(description="logical id in its infrastructure file")
    name: str
    route_selection_expression: str = "$request.body.action"
    stage: str = "dev"
    authorizer: Authorizer | None = None
    connect_query: tuple[str, ...] = Field(
        default=(), description="query parameters that the code of $connect reads from the handshake"
    )
    connect_token: TokenFacts | None = Field(
        default=None, description="of the token that $connect checks itself; None when it decodes none"
    )
    routes: tuple[Route, ...] = ()
    functionless_routes: tuple[FunctionlessRoute, ...] = ()
    unserved_routes: tuple[UnservedRoute, ...] = ()
    stage_variables: dict[str, str] = Field(default_factory=dict)
    domains: tuple[CustomDomain, ...] = ()
    inferred: bool = Field(default=False, description="True when no infrastructure declares it")
    location: Location


class ManagementClient(Record):
    """A place that builds a client for @connections."""

    location: Location
    endpoint: Literal["event", "environment", "literal", "payload", "framework", "none", "unknown"]
    scope: Literal["call", "module", "class", "lazy"]
    function: str = Field(description="qualified name of the enclosing function; '' at module level")
    handlers: tuple[str, ...] = ()


class RoutePush(Record):
    """Whom a push addresses when one route reaches it; a shared helper may address others for other routes."""

    route: str
    recipient: Recipient
    excludes_sender: bool = False


class Push(Record):
    """A site that sends to a connection."""

    location: Location
    operation: Literal["post_to_connection", "delete_connection", "get_connection"] = "post_to_connection"
    recipient: Recipient
    excludes_sender: bool = False
    evidence: str = Field(description="one sentence: why this recipient, or which predicate failed")
    gone: GoneHandling = "none"
    function: str = Field(description="qualified name of the enclosing function")
    handlers: tuple[str, ...] = Field(default=(), description="ids of the handlers that can reach it")
    routes: tuple[str, ...] = Field(default=(), description="route keys of those handlers")
    by_route: tuple[RoutePush, ...] = Field(
        default=(), description="recipient for each of the routes; 'recipient' is the widest of them"
    )


class StoreUse(Record):
    location: Location
    operation: str = Field(description="put_item, delete_item, get_item, query, scan, update_item, ...")
    index: str | None = None
    function: str = ""


class TableIndex(Record):
    name: str
    keys: tuple[str, ...]


class Store(Record):
    """Where connection ids are kept, or another table that the same code uses."""

    id: str = Field(description="logical id, else variable, else name")
    table: str | None = Field(default=None, description="resolved table name")
    variable: str | None = Field(default=None, description="environment variable that carries the name")
    resource: str | None = Field(default=None, description="logical id of the declaring resource")
    keys: tuple[str, ...] = ()
    indexes: tuple[TableIndex, ...] = ()
    ttl_attribute: str | None = None
    attributes: tuple[str, ...] = Field(default=(), description="attributes that the code writes")
    uses: tuple[StoreUse, ...] = ()
    holds_connections: bool = False
    other_uses: tuple[str, ...] = Field(default=(), description="why it is more than a list of connections")
    assumed: dict[str, object] | None = Field(
        default=None,
        description="CreateTable arguments, as the code uses it; None when it is declared, or not understood",
    )
    location: Location | None = None


class Client(Record):
    """A site that opens a WebSocket."""

    location: Location
    language: ClientLanguage
    library: str = Field(description="WebSocket, ReconnectingWebSocket, websockets, ...")
    url: str | None = Field(default=None, description="source text of the address")
    variables: tuple[str, ...] = Field(default=(), description="variables of the build that the address is made of")
    set_in: tuple[Location, ...] = Field(default=(), description="where these, or the address, are set")
    token: TokenPlace | None = None
    token_parameter: str | None = None
    reconnect: Location | None = Field(default=None, description="hand-made reconnect logic")
    heartbeat: Location | None = Field(default=None, description="hand-made keep-alive")
    sends: tuple[str, ...] = Field(default=(), description="route keys that it sends, where literal")


class Server(Record):
    """A WebSocket server of the application's own, outside of API Gateway."""

    location: Location
    language: Language
    library: str = Field(description="ws, socket.io, fastapi, websockets, ...")
    protocol: ServerProtocol = Field(
        default="websocket", description="what its clients have to speak over WebSocket; 'websocket' for plain messages"
    )
    listens: str | None = Field(default=None, description="source text of the port, the path or the server it joins")
    features: tuple[ServerFeature, ...] = Field(default=(), description="what its code was seen to do")


class Refusal(Record):
    """Something about an API that decides whether it can be migrated."""

    kind: RefusalKind
    severity: Severity = Field(
        description="'refuse': no successor is written; 'warn': migrated, and to be checked; 'offer': a simpler way"
    )
    reason: str = Field(description="one sentence: what was found, and what to do")
    api: str | None = Field(default=None, description="id of the API; None for a server, or when it belongs to none")
    routes: tuple[str, ...] = Field(default=(), description="route keys; empty for the whole API")
    location: Location = Field(description="the evidence")


class Resource(Record):
    """A piece of infrastructure."""

    id: str
    type: str
    use: Literal["websocket_only", "shared", "unrelated", "unknown"]
    reason: str
    referrers: tuple[str, ...] = ()
    properties: dict[str, str] = Field(default_factory=dict, description="resolved scalar properties worth showing")
    name: str | None = Field(default=None, description="what it is called on one machine; None for what has no name")
    location: Location


class LocalResource(Record):
    """What a local AWS has to have beside tables: a call that makes it."""

    id: str = Field(description="logical id of the resource that declares it")
    service: str = Field(description="as boto3 names it: 'sqs'")
    operation: str = Field(description="as boto3 names it: 'create_queue'")
    arguments: dict[str, object] = Field(default_factory=dict, description="of the operation, resolved")
    assumed: str | None = Field(default=None, description="a sentence on what of it was made up; None for nothing")


class TestUse(Record):
    """A test or mock of the old path."""

    location: Location
    summary: str


class Problem(Record):
    """Something that could not be read or decided. Nothing is passed over in silence."""

    location: Location
    message: str
    serious: bool = Field(description="True when a declared part of the API can't be understood because of it")
    served: bool = Field(default=False, description="True when the shim serves that part all the same")


class NearMiss(Record):
    """A place that looks like something of the WebSocket path and was found to be something else."""

    location: Location
    looks_like: str = Field(description="a kind of site: 'client', 'push', 'management_client', 'handler', ...")
    why: str = Field(description="one sentence: the predicate that failed")


class FileCounts(Record):
    seen: int = 0
    read: int = 0
    failed: int = 0
    vendored: int = Field(default=0, description="left out: third-party, built, generated, or ignored by git")
    excluded: int = Field(default=0, description="left out by --include, --exclude or the settings")


class Application(Record):
    """One of several applications in a repository: a folder that holds all of the APIs that it declares."""

    folder: str = Field(description="POSIX path relative to the folder that was scanned")
    apis: tuple[str, ...] = Field(description="ids")


class Inventory(Record):
    schema_version: Literal[1] = 1
    application: str = Field(description="name of the application's folder or service")
    declared_by: tuple[str, ...] = Field(
        default=(), description="'serverless', 'sam', 'cloudformation', 'cdk', 'terraform', 'chalice', 'code'"
    )
    selection: Selection = Field(default=Selection(), description="which files were looked at")
    region: str = "us-east-1"
    apis: tuple[Api, ...] = ()
    applications: tuple[Application, ...] = Field(
        default=(), description="empty when the whole folder is one application; `migrate` plans each by itself"
    )
    handlers: tuple[Handler, ...] = ()
    management_clients: tuple[ManagementClient, ...] = ()
    pushes: tuple[Push, ...] = ()
    stores: tuple[Store, ...] = ()
    clients: tuple[Client, ...] = ()
    servers: tuple[Server, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    resources: tuple[Resource, ...] = ()
    tests: tuple[TestUse, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict, description="resolved variables of all functions")
    unresolved: dict[str, str] = Field(default_factory=dict, description="variable -> why its value is not known")
    required_variables: dict[str, Location] = Field(
        default_factory=dict,
        description="variables without which code of handlers raises, and the first read; declared or not",
    )
    table_definitions: tuple[dict[str, object], ...] = Field(
        default=(), description="CreateTable arguments, resolved, for a local DynamoDB; assumed ones come last"
    )
    time_to_live: dict[str, str] = Field(
        default_factory=dict, description="table -> the attribute that tells when a row expires, in seconds since 1970"
    )
    local_resources: tuple[LocalResource, ...] = Field(
        default=(), description="for a local AWS, each after those that it names"
    )
    problems: tuple[Problem, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    files: FileCounts = FileCounts()

    def local_tables(self) -> tuple[dict[str, object], ...]:
        """`table_definitions`, with a TimeToLiveSpecification where rows expire, as `start_local_aws` takes them."""
        return tuple(
            {**one, "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": True}}
            if (attribute := self.time_to_live.get(str(one["TableName"])))
            else one
            for one in self.table_definitions
        )

    def local_calls(self) -> list[dict[str, object]]:
        """`local_resources`, as `start_local_aws` takes them."""
        return [resource.model_dump() for resource in self.local_resources]

    def handler(self, handler_id: str) -> Handler:
        """Raises KeyError for an id that is not in the inventory."""
        for handler in self.handlers:
            if handler.id == handler_id:
                return handler
        raise KeyError(handler_id)
