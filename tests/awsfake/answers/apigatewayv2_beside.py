"""The operations of API Gateway v2 that are about no kind of thing of its own."""

from __future__ import annotations

from typing import Any

from tests.awsfake.answers.apigatewayv2 import gateway
from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers


def _tagged(request: Request) -> dict[str, Any]:
    """arn:aws:apigateway:REGION::/apis/ID, …/apis/ID/stages/NAME, /domainnames/NAME"""
    parts = request.parameters["ResourceArn"].split("::/", 1)[-1].split("/")
    kinds = {"apis": "Api", "domainnames": "DomainName", "vpclinks": "VpcLink"}
    if len(parts) == 4 and parts[2] == "stages":
        thing = gateway(request).get("Stage", parts[1], parts[3])
    elif len(parts) == 2 and parts[0] in kinds:
        thing = gateway(request).get(kinds[parts[0]], parts[1])
    else:
        raise AwsError("NotFoundException", "Invalid resource identifier specified", 404)
    tags: dict[str, Any] = thing.setdefault("Tags", {})
    return tags


@answers("apigatewayv2:TagResource")
def tag_resource(request: Request) -> Answer:
    _tagged(request).update(request.parameters.get("Tags", {}))
    return {}


@answers("apigatewayv2:DeleteRouteSettings")
def delete_route_settings(request: Request) -> Answer:
    """The settings of one route of a stage fall back to the default's."""
    stage = gateway(request).get("Stage", request.parameters["ApiId"], request.parameters["StageName"])
    stage.get("RouteSettings", {}).pop(request.parameters["RouteKey"], None)
    return {}


@answers("apigatewayv2:ExportApi")
def export_api(request: Request) -> Answer:
    """Only HTTP APIs can be exported:
    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-exports-specification.html"""
    api = gateway(request).get("Api", request.parameters["ApiId"])
    if api["ProtocolType"] == "WEBSOCKET":
        raise AwsError("BadRequestException", "Export is only supported for HTTP APIs.")
    return {"body": b'{"openapi": "3.0.1"}'}
