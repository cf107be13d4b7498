"""Which services tell whether a thing is there, and who uses it."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.listed import LISTED_BY
from checklists.referrers.operations import NEEDS

_ALSO_ASKED: Final[dict[str, frozenset[str]]] = {
    types.STAGE: frozenset({"apigatewayv2:GetApis", "apigatewayv2:GetStages"}),
    types.FUNCTION_ALIAS: frozenset({"lambda:ListFunctions", "lambda:ListAliases"}),
    types.TABLE: frozenset({"dynamodb:DescribeTable"}),
}
"""What tells beside the list: a table that can't be described is not seen, though it was listed."""

_ALSO: Final[dict[str, frozenset[str]]] = {
    types.FUNCTION: frozenset({"apigatewayv2"}),
    types.FUNCTION_ALIAS: frozenset({"apigatewayv2"}),
    types.STACK: frozenset({"apigatewayv2", "lambda"}),
    types.CERTIFICATE: frozenset({"apigatewayv2"}),
    types.LOG_GROUP: frozenset({"apigatewayv2", "lambda"}),
}
"""Closer looks are taken at what has to do with an API, which these tell."""

MEASURING: Final = "cloudwatch:GetMetricData"
MEASURED_BY: Final = frozenset({"apigatewayv2"})
"""What is measured is told by the APIs; where they were not asked, nothing is known of any measurement."""

TAGS: Final = "resourcegroupstaggingapi"


def listed_by(kind: str) -> frozenset[str]:
    """Operations that list things of this type; empty for one that no survey lists by itself."""
    return frozenset(LISTED_BY.get(kind, ())) | _ALSO_ASKED.get(kind, frozenset())


def services_for(kinds: frozenset[str]) -> frozenset[str]:
    """boto3's names of the services that tell whether such things are there, and how they are set."""
    operations = {operation for kind in kinds for operation in listed_by(kind)}
    also = {service for kind in kinds for service in _ALSO.get(kind, ())}
    return frozenset({_service(operation) for operation in operations} | also | {TAGS})


def services_of_users(kinds: frozenset[str]) -> frozenset[str]:
    """Also of those that tell who uses them."""
    services = set(services_for(kinds))
    for needs in (NEEDS[kind] for kind in kinds if kind in NEEDS):
        services |= {_service(one) for one in (*needs.own, *needs.here, *needs.everywhere, *needs.account)}
    measured = any(MEASURING in NEEDS[kind].own for kind in kinds if kind in NEEDS)
    return frozenset(services | (MEASURED_BY if measured else frozenset()))


def _service(operation: str) -> str:
    return operation.partition(":")[0]
