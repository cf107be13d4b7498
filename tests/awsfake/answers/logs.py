"""Log groups, all of them in one answer for the pages to be cut from; and their protection from deletion.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.awsfake.errors import AwsError
from tests.awsfake.held import moto_logs
from tests.awsfake.request import Answer, Request, answers, guards

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws


_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]


class Protected:
    """Names of log groups that can't be deleted."""

    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.names: set[str] = set()


@answers("logs:DescribeLogGroups")
def describe_log_groups(request: Request) -> Answer:
    prefix, pattern = (request.parameters.get(key) or "" for key in ("logGroupNamePrefix", "logGroupNamePattern"))
    protected = request.world.room(Protected, request.account, request.region).names
    return {
        "logGroups": [
            {key: value for key, value in group.to_describe_dict().items() if value is not None}
            | {"deletionProtectionEnabled": name in protected}
            for name, group in sorted(moto_logs(request.account, request.region).groups.items())
            if name.startswith(prefix) and pattern in name
        ]
    }


@answers("logs:PutLogGroupDeletionProtection")
def put_log_group_deletion_protection(request: Request) -> Answer:
    name = request.parameters["logGroupIdentifier"].split(":log-group:")[-1].removesuffix(":*")
    protected = request.world.room(Protected, request.account, request.region).names
    (protected.add if request.parameters["deletionProtectionEnabled"] else protected.discard)(name)
    return {}


@guards("logs:DeleteLogGroup")
def protected_log_group(request: Request) -> None:
    name = request.parameters["logGroupName"]
    if name in request.world.room(Protected, request.account, request.region).names:
        raise AwsError("ValidationException", f"Log group {name} has deletion protection enabled")


@guards("logs:PutRetentionPolicy")
def days_that_exist(request: Request) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    days = request.parameters["retentionInDays"]
    if days not in _DAYS:
        raise AwsError("InvalidParameterException", f"1 validation error: retentionInDays {days} is not one of {_DAYS}")
