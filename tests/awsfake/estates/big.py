"""Many APIs, functions and regions. Made beneath the requests, since ten thousand of those would take a minute."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.awsfake.answers.apigatewayv2 import Gateway
from tests.awsfake.estates.parts import Builder
from tests.awsfake.held import moto_logs
from tests.awsfake.world import ACCOUNT, FakeAws


@dataclass
class Big:
    """Per region: ids of the APIs, and names of the functions."""

    apis: dict[str, list[str]] = field(default_factory=dict)
    functions: dict[str, list[str]] = field(default_factory=dict)


def big(aws: FakeAws, *, apis: int, functions: int, regions: tuple[str, ...], account: str = ACCOUNT) -> Big:
    """`apis` WebSocket APIs, each with a stage and three routes to functions, and `functions` functions, in each of the
    regions. Lists come in pages of 100 from then on, and what reads is logged without its parameters."""
    aws.page_size, aws.calls.slim = 100, True
    built = Big()
    with aws.quiet():
        role = Builder(aws, account, regions[0]).role("big-role", [])
        for region in regions:
            make = Builder(aws, account, region)
            names = [f"big-{number:03}" for number in range(functions)]
            for name in names:
                make.function(name, role)
                moto_logs(account, region).create_log_group(f"/aws/lambda/{name}", {})
            built.functions[region] = names
            built.apis[region] = [_api(make, number, names) for number in range(apis)]
    return built


def _api(make: Builder, number: int, functions: list[str]) -> str:
    room = make.aws.room(Gateway, make.account, make.region)
    now, api = make.aws.clock.now(), room.new_id()
    room.put(
        "Api",
        (api,),
        {
            "ApiId": api,
            "Name": f"api-{number:03}",
            "ProtocolType": "WEBSOCKET",
            "RouteSelectionExpression": "$request.body.action",
            "ApiEndpoint": f"wss://{api}.execute-api.{make.region}.amazonaws.com",
            "ApiKeySelectionExpression": "$request.header.x-api-key",
            "DisableExecuteApiEndpoint": False,
            "DisableSchemaValidation": False,
            "Tags": {},
        },
        now,
    )
    for place, key in enumerate(("$connect", "$disconnect", "$default")):
        function = functions[(number * 3 + place) % len(functions)] if functions else "none"
        route, integration = room.new_id(7), room.new_id(7)
        uri = make.invocation_uri(make.arn("lambda", f"function:{function}"))
        room.things["Integration"][api, integration] = {
            "IntegrationId": integration,
            "IntegrationType": "AWS_PROXY",
            "IntegrationMethod": "POST",
            "IntegrationUri": uri,
        }
        room.things["Route"][api, route] = {
            "RouteId": route,
            "RouteKey": key,
            "Target": f"integrations/{integration}",
            "AuthorizationType": "NONE",
            "ApiKeyRequired": False,
        }
    room.put(
        "Stage",
        (api, "prod"),
        {
            "StageName": "prod",
            "DefaultRouteSettings": {"DetailedMetricsEnabled": False},
            "RouteSettings": {},
            "StageVariables": {},
            "Tags": {},
        },
        now,
    )
    return api
