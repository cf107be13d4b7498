"""What must have been asked, and answered whole, before the lack of another user means that there is none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Asked, Estate, Gap, Thing


@dataclass(frozen=True)
class Needs:
    own: tuple[str, ...] = ()
    """In the thing's region; what could not be asked of other things does not matter."""
    here: tuple[str, ...] = ()
    """In the thing's region, of everything: any other thing there may be a user."""
    everywhere: tuple[str, ...] = ()
    """In each region of its account that was surveyed: these services reach across regions."""
    account: tuple[str, ...] = ()
    """Once for the account, in whatever region the survey asks it."""


_APIS: Final = (
    "apigatewayv2:GetApis",
    "apigatewayv2:GetIntegrations",
    "apigatewayv2:GetAuthorizers",
    "apigateway:GetRestApis",
    "apigateway:GetResources",
    "apigateway:GetAuthorizers",
)
_MACHINES: Final = ("stepfunctions:ListStateMachines", "stepfunctions:DescribeStateMachine")
_IAM: Final = ("iam:GetAccountAuthorizationDetails",)
_DASHBOARDS: Final = ("cloudwatch:ListDashboards", "cloudwatch:GetDashboard")

NEEDS: Final[dict[str, Needs]] = {
    types.API: Needs(
        here=(
            "apigatewayv2:GetApis",
            "apigatewayv2:GetIntegrations",
            "apigatewayv2:GetStages",
            "apigatewayv2:GetDomainNames",
            "apigatewayv2:GetApiMappings",
            *_MACHINES,
        ),
        everywhere=("lambda:ListFunctions",),
    ),
    types.MAPPING: Needs(here=("apigatewayv2:GetDomainNames",), own=("apigatewayv2:GetApiMappings",)),
    types.DOMAIN: Needs(here=("apigatewayv2:GetDomainNames", "apigatewayv2:GetApiMappings")),
    types.CERTIFICATE: Needs(
        own=("acm:DescribeCertificate",),
        here=("acm:ListCertificates", "apigatewayv2:GetDomainNames"),
        account=("cloudfront:ListDistributions",),
    ),
    types.RECORD: Needs(account=("route53:ListHostedZones", "route53:ListResourceRecordSets")),
    types.FUNCTION: Needs(
        own=(
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListFunctionUrlConfigs",
            "cloudwatch:GetMetricData",
        ),
        here=(
            "lambda:ListEventSourceMappings",
            "events:ListRules",
            "events:ListTargetsByRule",
            "scheduler:ListSchedules",
            "logs:DescribeLogGroups",
            "logs:DescribeSubscriptionFilters",
            *_MACHINES,
        ),
        everywhere=(*_APIS, "lambda:ListFunctions", "sns:ListSubscriptions"),
        account=(*_IAM, *_DASHBOARDS),
    ),
    types.FUNCTION_ALIAS: Needs(own=("lambda:ListAliases",)),
    types.EVENT_SOURCE: Needs(own=("lambda:ListEventSourceMappings",)),
    types.TABLE: Needs(
        own=("dynamodb:DescribeTable", "cloudwatch:GetMetricData"),
        here=("dynamodb:ListTables", "lambda:ListEventSourceMappings", *_MACHINES),
        everywhere=("lambda:ListFunctions",),
        account=_IAM,
    ),
    types.LOG_GROUP: Needs(
        own=("logs:DescribeSubscriptionFilters",),
        here=("logs:DescribeLogGroups", "lambda:ListFunctions", "apigatewayv2:GetApis", "apigatewayv2:GetStages"),
    ),
    types.ALARM: Needs(here=("cloudwatch:DescribeAlarms",)),
    types.COMPOSITE_ALARM: Needs(here=("cloudwatch:DescribeAlarms",)),
    types.DASHBOARD: Needs(account=("cloudwatch:ListDashboards",)),
    types.ROLE: Needs(everywhere=("lambda:ListFunctions", *_APIS), account=_IAM),
    types.POLICY: Needs(account=_IAM),
}
"""Types that may go at all. Of every other type nothing is deleted."""


class Knowledge:
    """What of the needs of things is known."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._regions: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        told: tuple[Asked | Gap, ...] = (*estate.asked, *estate.gaps)
        for one in told:
            self._regions[one.account, one.operation].add(one.region)

    def missing(self, thing: Thing) -> Iterator[str]:
        """'lambda:GetPolicy in eu-west-1 of 123456789012', for each of the needs that is not known."""
        needs = NEEDS[thing.type]
        regions = {*self.estate.regions, *({thing.region} - {types.GLOBAL_REGION})}
        asked = [(one, thing.region, thing.arn) for one in needs.own]
        asked += [(one, thing.region, "") for one in needs.here]
        asked += [(one, region, "") for one in needs.everywhere for region in sorted(regions)]
        for operation in needs.account:
            places = self._regions[thing.account, operation] or {types.GLOBAL_REGION}
            asked += [(operation, region, "") for region in sorted(places)]
        for operation, region, subject in asked:
            if not self.estate.known(frozenset({operation}), thing.account, region, subject):
                yield f"{operation} in {region} of {thing.account}"
