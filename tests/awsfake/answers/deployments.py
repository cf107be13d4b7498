"""A closed default endpoint closes when the API is deployed again, not before.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
"""

from __future__ import annotations

from tests.awsfake.answers.apigatewayv2 import gateway
from tests.awsfake.request import Answer, Request, amends


@amends("apigatewayv2:CreateDeployment")
def deployed_to_a_stage(request: Request, answer: Answer) -> None:
    name = request.parameters.get("StageName")
    if name:
        room, api = gateway(request), request.parameters["ApiId"]
        stage = room.get("Stage", api, name)
        stage["DeploymentId"] = answer["DeploymentId"]
        stage["_endpoint_disabled"] = room.get("Api", api)["DisableExecuteApiEndpoint"]


@amends("apigatewayv2:CreateStage", "apigatewayv2:UpdateStage")
def stage_of_a_deployment(request: Request, answer: Answer) -> None:
    if request.parameters.get("DeploymentId"):
        room, api = gateway(request), request.parameters["ApiId"]
        stage = room.get("Stage", api, request.parameters["StageName"])
        stage["_endpoint_disabled"] = room.get("Api", api)["DisableExecuteApiEndpoint"]


@amends("apigatewayv2:UpdateApi")
def deployed_by_itself(request: Request, answer: Answer) -> None:
    room, api = gateway(request), request.parameters["ApiId"]
    for stage in room.of("Stage", api).values():
        if stage.get("AutoDeploy"):
            stage["_endpoint_disabled"] = room.get("Api", api)["DisableExecuteApiEndpoint"]
