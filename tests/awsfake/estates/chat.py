"""examples/chat, as the Serverless Framework deploys it, and with a domain of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.awsfake.estates.parts import Builder
from tests.awsfake.stacks import Resource, Stack, Stacks
from tests.awsfake.world import ACCOUNT, REGION, FakeAws

HANDLERS = ("authorizer", "connect", "disconnect", "fallback", "chat", "ping")
ROUTES = {"$connect": "connect", "$disconnect": "disconnect", "$default": "fallback", "chat": "chat", "ping": "ping"}


@dataclass
class Chat:
    """What was made. `functions`: handler -> name. `stack` is None when it was made by hand."""

    builder: Builder
    stage: str
    api: str = ""
    role: str = ""
    table: str = ""
    functions: dict[str, str] = field(default_factory=dict)
    log_groups: list[str] = field(default_factory=list)
    routes: dict[str, str] = field(default_factory=dict)
    integrations: dict[str, str] = field(default_factory=dict)
    authorizer: str = ""
    deployment: str = ""
    alarms: list[str] = field(default_factory=list)
    dashboard: str = ""
    domain: str = ""
    mapping: str = ""
    zone: str = ""
    certificate: str = ""
    parameter: str = ""
    stack: Stack | None = None

    @property
    def api_arn(self) -> str:
        return f"arn:aws:apigateway:{self.builder.region}::/apis/{self.api}"

    @property
    def address(self) -> str:
        return f"wss://{self.api}.execute-api.{self.builder.region}.amazonaws.com/{self.stage}"


def chat(
    aws: FakeAws,
    *,
    stage: str = "dev",
    domain: str = "chat.example.com",
    in_stack: bool = True,
    alias: str = "example",
    account: str = ACCOUNT,
    region: str = REGION,
) -> Chat:
    """`domain` '': without one. `in_stack`: as serverless deploys it; the domain, the dashboard and the record are made by
    hand in any case. `alias`: the account's; '' for none."""
    with aws.quiet():
        built = Chat(Builder(aws, account, region), stage)
        if alias:
            aws.aliases.setdefault(account, alias)
        _data_and_code(built)
        _api(built)
        _watched(built)
        if domain:
            _domain(built, domain)
        if in_stack:
            _stack(built)
    return built


def _data_and_code(built: Chat) -> None:
    make, prefix = built.builder, f"tenant-chat-{built.stage}"
    built.table = f"tenant-chat-connections-{built.stage}"
    table = make.table(built.table, ttl="ttl", indexes=("user_id", "tenant_id"))
    built.api = make.client("apigatewayv2").create_api(
        Name=prefix,
        ProtocolType="WEBSOCKET",
        RouteSelectionExpression="$request.body.type",
        Tags={"STAGE": built.stage},
    )["ApiId"]
    built.role = f"{prefix}-{make.region}-lambdaRole"
    role = make.role(
        built.role,
        [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:CreateLogGroup", "logs:PutLogEvents"],
                "Resource": [make.arn("logs", f"log-group:/aws/lambda/{prefix}*:*")],
            },
            {
                "Effect": "Allow",
                "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Query"],
                "Resource": [table, f"{table}/index/*"],
            },
            {
                "Effect": "Allow",
                "Action": "execute-api:ManageConnections",
                "Resource": make.arn("execute-api", f"{built.api}/{built.stage}/POST/@connections/*"),
            },
        ],
    )
    for handler in HANDLERS:
        name = f"{prefix}-{handler}"
        built.log_groups.append(make.log_group(f"/aws/lambda/{name}"))
        make.function(name, role, {"CONNECTIONS_TABLE": built.table, "JWT_SECRET": "not-for-anybody"})
        built.functions[handler] = name
        if handler not in {"authorizer", "ping"}:
            make.aws.functions.tables[name] = built.table


def _api(built: Chat) -> None:
    make = built.builder
    gateway = make.client("apigatewayv2")
    for name in built.functions.values():
        make.allow_api(name, built.api)
    built.authorizer = gateway.create_authorizer(
        ApiId=built.api,
        Name="authorizer",
        AuthorizerType="REQUEST",
        AuthorizerUri=make.invocation_uri(make.arn("lambda", f"function:{built.functions['authorizer']}")),
        IdentitySource=[],
    )["AuthorizerId"]
    for key, handler in ROUTES.items():
        more = {"AuthorizationType": "CUSTOM", "AuthorizerId": built.authorizer} if key == "$connect" else {}
        function = make.arn("lambda", f"function:{built.functions[handler]}")
        built.routes[key], built.integrations[key] = make.route(built.api, key, function, **more)
    built.deployment = gateway.create_deployment(ApiId=built.api)["DeploymentId"]
    gateway.create_stage(ApiId=built.api, StageName=built.stage, DeploymentId=built.deployment)


def _watched(built: Chat) -> None:
    make, prefix = built.builder, f"tenant-chat-{built.stage}"
    built.alarms = [
        make.alarm(f"{prefix}-chat-errors", "AWS/Lambda", "Errors", {"FunctionName": built.functions["chat"]}),
        make.alarm(
            f"{prefix}-api-errors",
            "AWS/ApiGateway",
            "ExecutionError",
            {"ApiId": built.api, "Stage": built.stage},
        ),
    ]
    built.dashboard = make.dashboard(
        prefix,
        [
            make.widget("Connects", ["AWS/ApiGateway", "ConnectCount", "ApiId", built.api, "Stage", built.stage]),
            make.widget("Chat", ["AWS/Lambda", "Invocations", "FunctionName", built.functions["chat"]]),
        ],
    )


def _domain(built: Chat, domain: str) -> None:
    make = built.builder
    built.domain = domain
    built.certificate = make.client("acm").request_certificate(DomainName=domain)["CertificateArn"]
    gateway = make.client("apigatewayv2")
    made = gateway.create_domain_name(
        DomainName=domain,
        DomainNameConfigurations=[{"CertificateArn": built.certificate, "EndpointType": "REGIONAL"}],
    )
    built.mapping = gateway.create_api_mapping(DomainName=domain, ApiId=built.api, Stage=built.stage)["ApiMappingId"]
    route53 = make.client("route53")
    zone = domain.split(".", 1)[1]
    found = [one for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == f"{zone}."]
    built.zone = (found[0] if found else route53.create_hosted_zone(Name=zone, CallerReference=zone)["HostedZone"])[
        "Id"
    ]
    target = made["DomainNameConfigurations"][0]
    route53.change_resource_record_sets(
        HostedZoneId=built.zone,
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": f"{domain}.",
                        "Type": "A",
                        "AliasTarget": {
                            "HostedZoneId": target["HostedZoneId"],
                            "DNSName": target["ApiGatewayDomainName"],
                            "EvaluateTargetHealth": False,
                        },
                    },
                }
            ]
        },
    )


def _stack(built: Chat) -> None:
    """Logical ids are the Serverless Framework's."""
    make = built.builder
    resources = [Resource("WebsocketsApi", "AWS::ApiGatewayV2::Api", built.api)]
    for key, route in built.routes.items():
        name = "S" + key.strip("$")
        resources += [
            Resource(f"{name}WebsocketsRoute", "AWS::ApiGatewayV2::Route", route, parent=built.api),
            Resource(
                f"{name}WebsocketsIntegration",
                "AWS::ApiGatewayV2::Integration",
                built.integrations[key],
                parent=built.api,
            ),
        ]
    for handler, name in built.functions.items():
        logical = handler.capitalize()
        resources += [
            Resource(f"{logical}LambdaFunction", "AWS::Lambda::Function", name),
            Resource(f"{logical}LogGroup", "AWS::Logs::LogGroup", f"/aws/lambda/{name}"),
            Resource(f"{logical}LambdaPermissionWebsockets", "AWS::Lambda::Permission", "api", parent=name),
        ]
    resources += [
        Resource("AuthorizerWebsocketsAuthorizer", "AWS::ApiGatewayV2::Authorizer", built.authorizer, parent=built.api),
        Resource("WebsocketsDeployment", "AWS::ApiGatewayV2::Deployment", built.deployment, parent=built.api),
        Resource("WebsocketsDeploymentStage", "AWS::ApiGatewayV2::Stage", built.stage, parent=built.api),
        Resource("IamRoleLambdaExecution", "AWS::IAM::Role", built.role),
        Resource("ConnectionsTable", "AWS::DynamoDB::Table", built.table),
        Resource("ChatErrorsAlarm", "AWS::CloudWatch::Alarm", built.alarms[0]),
    ]
    stacks = make.aws.room(Stacks, make.account, make.region)
    built.stack = stacks.create(
        f"tenant-chat-{built.stage}",
        resources,
        outputs={"WebSocketAddress": built.address},
        tags={"STAGE": built.stage},
    )
