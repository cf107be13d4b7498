"""Web ACLs. A stage of a WebSocket API can't have one: the only ARN of API Gateway that is taken is a REST API's stage.

https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, answers

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws

_REST_STAGE = re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+::/restapis/[^/]+/stages/[^/]+")


class WebAcls:
    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.acls: dict[str, dict[str, Any]] = {}
        self.resources: dict[str, str] = {}


def _room(request: Request) -> WebAcls:
    return request.world.room(WebAcls, request.account, request.region)


def _found(request: Request, arn: str) -> dict[str, Any]:
    try:
        return _room(request).acls[arn]
    except KeyError:
        raise AwsError(
            "WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist."
        ) from None


@answers("wafv2:CreateWebACL")
def create_web_acl(request: Request) -> Answer:
    room, asked = _room(request), request.parameters
    number = f"00000000-0000-4000-8000-{len(room.acls):012}"
    scope = "global" if asked["Scope"] == "CLOUDFRONT" else "regional"
    arn = f"arn:aws:wafv2:{request.region}:{request.account}:{scope}/webacl/{asked['Name']}/{number}"
    room.acls[arn] = {**asked, "Id": number, "ARN": arn, "LockToken": number, "Capacity": 1}
    return {"Summary": _summary(room.acls[arn])}


def _summary(acl: dict[str, Any]) -> dict[str, Any]:
    return {key: acl.get(key, "") for key in ("Name", "Id", "Description", "LockToken", "ARN")}


@answers("wafv2:ListWebACLs")
def list_web_acls(request: Request) -> Answer:
    if request.parameters["Scope"] == "CLOUDFRONT" and request.region != "us-east-1":
        raise AwsError("WAFInvalidParameterException", "Error reason: The scope is not valid., field: SCOPE_VALUE")
    acls = _room(request).acls.values()
    return {"WebACLs": [_summary(acl) for acl in acls if acl["Scope"] == request.parameters["Scope"]]}


@answers("wafv2:AssociateWebACL")
def associate_web_acl(request: Request) -> Answer:
    _found(request, request.parameters["WebACLArn"])
    resource = request.parameters["ResourceArn"]
    if ":apigateway:" in resource and not _REST_STAGE.fullmatch(resource):
        raise AwsError(
            "WAFInvalidParameterException",
            "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated "
            f"by colons or slashes., field: RESOURCE_ARN, parameter: {resource}",
        )
    _room(request).resources[resource] = request.parameters["WebACLArn"]
    return {}


@answers("wafv2:ListResourcesForWebACL")
def list_resources_for_web_acl(request: Request) -> Answer:
    """Of one type, load balancers when none is said. moto has no such operation."""
    arn, kind = request.parameters["WebACLArn"], request.parameters.get("ResourceType", "APPLICATION_LOAD_BALANCER")
    _found(request, arn)
    part = {"APPLICATION_LOAD_BALANCER": ":elasticloadbalancing:", "API_GATEWAY": ":apigateway:"}.get(kind, ":none:")
    return {"ResourceArns": [name for name, acl in _room(request).resources.items() if acl == arn and part in name]}
