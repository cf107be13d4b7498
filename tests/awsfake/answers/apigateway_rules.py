"""What API Gateway refuses."""

from __future__ import annotations

from tests.awsfake.answers.apigatewayv2 import gateway
from tests.awsfake.errors import AwsError
from tests.awsfake.request import Request, guards


@guards("apigatewayv2:DeleteApi")
def api_with_mappings(request: Request) -> None:
    """https://github.com/gruntwork-io/cloud-nuke/issues/370"""
    room, api = gateway(request), request.parameters["ApiId"]
    room.get("Api", api)
    if any(mapping["ApiId"] == api for mapping in room.things["ApiMapping"].values()):
        raise AwsError(
            "BadRequestException",
            f"Deleting API {api} failed. Please remove all API mappings for the API from your custom domain names.",
        )


@guards("apigatewayv2:DeleteStage")
def stage_with_mappings(request: Request) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/issues/41651"""
    room, api, stage = gateway(request), request.parameters["ApiId"], request.parameters["StageName"]
    domains = [
        domain
        for (domain, _), mapping in room.things["ApiMapping"].items()
        if (mapping["ApiId"], mapping["Stage"]) == (api, stage)
    ]
    if domains:
        raise AwsError(
            "BadRequestException",
            f"Deleting stage {stage} failed. Please remove all base path mappings related to the stage in your domains: "
            + ", ".join(domains),
        )


@guards("apigatewayv2:DeleteIntegration")
def integration_of_a_route(request: Request) -> None:
    """https://github.com/milliHQ/terraform-aws-next-js/issues/247"""
    room, api = gateway(request), request.parameters["ApiId"]
    target = f"integrations/{request.parameters['IntegrationId']}"
    routes = [key[-1] for key, route in room.of("Route", api).items() if route.get("Target") == target]
    if routes:
        raise AwsError(
            "ConflictException",
            f"Cannot delete Integration because it is referenced by the following Routes with Ids: [{', '.join(routes)}]",
            409,
        )


@guards("apigatewayv2:DeleteAuthorizer")
def authorizer_of_a_route(request: Request) -> None:
    """https://github.com/anomalyco/sst/issues/5586"""
    room, api, authorizer = gateway(request), request.parameters["ApiId"], request.parameters["AuthorizerId"]
    for route in room.of("Route", api).values():
        if route.get("AuthorizerId") == authorizer:
            name = room.get("Authorizer", api, authorizer)["Name"]
            raise AwsError(
                "ConflictException",
                f"Cannot delete authorizer '{name}', is referenced in route: {route['RouteKey']}",
                409,
            )


@guards("apigatewayv2:DeleteDeployment")
def deployment_of_a_stage(request: Request) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/issues/19805"""
    room, api, deployment = gateway(request), request.parameters["ApiId"], request.parameters["DeploymentId"]
    if any(stage.get("DeploymentId") == deployment for stage in room.of("Stage", api).values()):
        raise AwsError("BadRequestException", "Active stages pointing to this deployment must be moved or deleted")


@guards("apigatewayv2:CreateApiMapping", "apigatewayv2:UpdateApiMapping")
def mapping_to_what_is_there(request: Request) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings.html"""
    api, stage = request.parameters.get("ApiId"), request.parameters.get("Stage")
    if api and stage:
        gateway(request).get("Stage", api, stage)
