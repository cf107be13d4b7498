"""Tags of all things of a region in one listing; the services' own listings often leave them out."""

from __future__ import annotations

from typing import Final

from checklists.aws.scope import Collector, Found, Scope
from checklists.aws.shape import tags

_OPERATION: Final = "resourcegroupstaggingapi:GetResources"
_TYPES: Final = (
    "acm:certificate",
    "apigateway",
    "cloudformation:stack",
    "cloudfront:distribution",
    "cloudwatch:alarm",
    "dynamodb:table",
    "events:rule",
    "lambda:function",
    "logs:log-group",
    "sns",
    "sqs",
    "ssm:parameter",
    "states:stateMachine",
    "wafv2",
)


def collect(scope: Scope) -> Found:
    found = Found()
    tagged = scope.caller.items(
        _OPERATION, "ResourceTagMappingList", ResourceTypeFilters=[*_TYPES], ResourcesPerPage=100
    )
    for one in tagged.items:
        found.tags[str(one["ResourceARN"]).removesuffix(":*")] = tags(one.get("Tags", ()))
    return found


COLLECTOR: Final = Collector("tags", "resourcegroupstaggingapi", (_OPERATION,), collect)
