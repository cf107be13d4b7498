"""What AWS does in API Gateway, and the fake with it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.awsfake import FakeAws


def _api(aws: FakeAws, protocol: str = "WEBSOCKET") -> tuple[Any, str]:
    gateway = aws.client("apigatewayv2")
    api = gateway.create_api(Name="chat", ProtocolType=protocol, RouteSelectionExpression="$request.body.action")
    return gateway, api["ApiId"]


def _refusal(call: Any, **parameters: Any) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_lists_come_in_pages_that_a_token_continues(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html: maxResults, nextToken."""
    gateway, api = _api(aws)
    for number in range(5):
        gateway.create_route(ApiId=api, RouteKey=f"route{number}")
    first = gateway.get_routes(ApiId=api)
    second = gateway.get_routes(ApiId=api, NextToken=first["NextToken"])
    third = gateway.get_routes(ApiId=api, NextToken=second["NextToken"])
    pages = [[route["RouteKey"] for route in page["Items"]] for page in (first, second, third)]
    assert pages == [["route0", "route1"], ["route2", "route3"], ["route4"]]
    assert "NextToken" not in third
    assert len(gateway.get_routes(ApiId=api, MaxResults="1")["Items"]) == 1


def test_mappings_come_in_pages_though_botocore_has_no_paginator_for_them(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames-domainname-apimappings.html"""
    gateway, api = _api(aws)
    gateway.create_stage(ApiId=api, StageName="prod")
    gateway.create_domain_name(DomainName="chat.example.com")
    for key in "abc":
        gateway.create_api_mapping(DomainName="chat.example.com", ApiId=api, Stage="prod", ApiMappingKey=key)
    first = gateway.get_api_mappings(DomainName="chat.example.com")
    assert len(first["Items"]) == 2
    rest = gateway.get_api_mappings(DomainName="chat.example.com", NextToken=first["NextToken"])
    assert [mapping["ApiMappingKey"] for mapping in rest["Items"]] == ["c"]
    assert not gateway.can_paginate("get_api_mappings")


def test_an_api_with_mappings_is_not_deleted(aws: FakeAws) -> None:
    """https://github.com/gruntwork-io/cloud-nuke/issues/370"""
    gateway, api = _api(aws)
    gateway.create_stage(ApiId=api, StageName="prod")
    gateway.create_domain_name(DomainName="chat.example.com")
    mapping = gateway.create_api_mapping(DomainName="chat.example.com", ApiId=api, Stage="prod")["ApiMappingId"]
    assert _refusal(gateway.delete_api, ApiId=api) == (
        "BadRequestException",
        f"Deleting API {api} failed. Please remove all API mappings for the API from your custom domain names.",
        400,
    )
    gateway.delete_api_mapping(DomainName="chat.example.com", ApiMappingId=mapping)
    gateway.delete_api(ApiId=api)
    assert _refusal(gateway.get_api, ApiId=api)[0] == "NotFoundException"


def test_a_stage_with_mappings_is_not_deleted(aws: FakeAws) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/issues/41651"""
    gateway, api = _api(aws)
    gateway.create_stage(ApiId=api, StageName="prod")
    gateway.create_domain_name(DomainName="chat.example.com")
    gateway.create_api_mapping(DomainName="chat.example.com", ApiId=api, Stage="prod")
    code, message, _ = _refusal(gateway.delete_stage, ApiId=api, StageName="prod")
    assert (code, message[:29]) == ("BadRequestException", "Deleting stage prod failed. P")


def test_an_integration_that_a_route_uses_is_not_deleted(aws: FakeAws) -> None:
    """https://github.com/milliHQ/terraform-aws-next-js/issues/247"""
    gateway, api = _api(aws)
    integration = gateway.create_integration(ApiId=api, IntegrationType="MOCK")["IntegrationId"]
    route = gateway.create_route(ApiId=api, RouteKey="chat", Target=f"integrations/{integration}")["RouteId"]
    assert _refusal(gateway.delete_integration, ApiId=api, IntegrationId=integration) == (
        "ConflictException",
        f"Cannot delete Integration because it is referenced by the following Routes with Ids: [{route}]",
        409,
    )


def test_an_authorizer_that_a_route_uses_is_not_deleted(aws: FakeAws) -> None:
    """https://github.com/anomalyco/sst/issues/5586"""
    gateway, api = _api(aws)
    authorizer = gateway.create_authorizer(ApiId=api, Name="jwt", AuthorizerType="REQUEST", IdentitySource=[])[
        "AuthorizerId"
    ]
    gateway.create_route(ApiId=api, RouteKey="$connect", AuthorizationType="CUSTOM", AuthorizerId=authorizer)
    assert _refusal(gateway.delete_authorizer, ApiId=api, AuthorizerId=authorizer) == (
        "ConflictException",
        "Cannot delete authorizer 'jwt', is referenced in route: $connect",
        409,
    )
    assert [one["Name"] for one in gateway.get_authorizers(ApiId=api)["Items"]] == ["jwt"]


def test_a_deployment_that_a_stage_shows_is_not_deleted(aws: FakeAws) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/issues/19805"""
    gateway, api = _api(aws)
    deployment = gateway.create_deployment(ApiId=api)["DeploymentId"]
    gateway.create_stage(ApiId=api, StageName="prod", DeploymentId=deployment)
    assert _refusal(gateway.delete_deployment, ApiId=api, DeploymentId=deployment)[0] == "BadRequestException"
    gateway.delete_stage(ApiId=api, StageName="prod")
    gateway.delete_deployment(ApiId=api, DeploymentId=deployment)


def test_an_api_goes_with_all_that_lies_in_it(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html#DELETE"""
    gateway, api = _api(aws)
    gateway.create_route(ApiId=api, RouteKey="chat")
    gateway.create_stage(ApiId=api, StageName="prod")
    gateway.create_model(ApiId=api, Name="message", Schema="{}")
    other = gateway.create_api(Name="other", ProtocolType="HTTP")["ApiId"]
    gateway.create_route(ApiId=other, RouteKey="GET /")
    gateway.delete_api(ApiId=api)
    code, message, status = _refusal(gateway.get_routes, ApiId=api)
    assert (code, message, status) == (
        "NotFoundException",
        f"Invalid API identifier specified {aws.account_of('')}:{api}",
        404,
    )
    assert len(gateway.get_routes(ApiId=other)["Items"]) == 1


def test_settings_of_a_stage_are_merged_and_fall_back(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages-stagename.html#PATCH"""
    gateway, api = _api(aws)
    gateway.create_stage(ApiId=api, StageName="prod", RouteSettings={"chat": {"DetailedMetricsEnabled": True}})
    closed = {"ThrottlingRateLimit": 0.0, "ThrottlingBurstLimit": 0}
    stage = gateway.update_stage(ApiId=api, StageName="prod", RouteSettings={"$connect": closed})
    assert stage["RouteSettings"] == {"chat": {"DetailedMetricsEnabled": True}, "$connect": closed}
    gateway.delete_route_settings(ApiId=api, StageName="prod", RouteKey="$connect")
    assert "$connect" not in gateway.get_stage(ApiId=api, StageName="prod")["RouteSettings"]


def test_a_websocket_api_can_not_be_exported(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-exports-specification.html: HTTP APIs only."""
    gateway, api = _api(aws)
    asked = {"OutputType": "JSON", "Specification": "OAS30"}
    assert _refusal(gateway.export_api, ApiId=api, **asked)[0] == "BadRequestException"


def test_a_stage_of_a_websocket_api_can_not_have_a_web_acl(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html: only …/restapis/…/stages/…"""
    _, api = _api(aws)
    waf = aws.client("wafv2")
    acl = waf.create_web_acl(
        Name="front",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "front"},
    )["Summary"]["ARN"]
    stage = f"arn:aws:apigateway:eu-central-1::/apis/{api}/stages/prod"
    assert _refusal(waf.associate_web_acl, WebACLArn=acl, ResourceArn=stage)[0] == "WAFInvalidParameterException"
    rest = "arn:aws:apigateway:eu-central-1::/restapis/abc/stages/prod"
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=rest)
    assert waf.list_resources_for_web_acl(WebACLArn=acl, ResourceType="API_GATEWAY")["ResourceArns"] == [rest]
    assert waf.list_resources_for_web_acl(WebACLArn=acl)["ResourceArns"] == []


def test_the_lists_that_moto_lacks_are_there(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/resources.html"""
    gateway, api = _api(aws)
    route = gateway.create_route(ApiId=api, RouteKey="chat")["RouteId"]
    gateway.create_route_response(ApiId=api, RouteId=route, RouteResponseKey="$default")
    gateway.create_model(ApiId=api, Name="message", Schema="{}")
    gateway.create_deployment(ApiId=api)
    assert [one["RouteResponseKey"] for one in gateway.get_route_responses(ApiId=api, RouteId=route)["Items"]] == [
        "$default"
    ]
    assert [one["Name"] for one in gateway.get_models(ApiId=api)["Items"]] == ["message"]
    assert [one["DeploymentStatus"] for one in gateway.get_deployments(ApiId=api)["Items"]] == ["DEPLOYED"]
    assert gateway.get_authorizers(ApiId=api)["Items"] == []
