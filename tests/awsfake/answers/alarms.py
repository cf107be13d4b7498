"""Composite alarms, and alarms by type, which moto has not.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, amends, answers, guards

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws

_IN_RULE = re.compile(r"""(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*["']?([^"')]+?)["']?\s*\)""")


class CompositeAlarms:
    def __init__(self, world: FakeAws, account: str, region: str) -> None:
        self.all: dict[str, dict[str, Any]] = {}


def _room(request: Request) -> dict[str, dict[str, Any]]:
    return request.world.room(CompositeAlarms, request.account, request.region).all


@answers("cloudwatch:PutCompositeAlarm")
def put_composite_alarm(request: Request) -> Answer:
    name = request.parameters["AlarmName"]
    arn = f"arn:aws:cloudwatch:{request.region}:{request.account}:alarm:{name}"
    now = request.world.clock.now()
    made = {key: value for key, value in request.parameters.items() if key != "Tags"}
    _room(request)[name] = {
        "ActionsEnabled": True,
        **made,
        "AlarmArn": arn,
        "StateValue": "OK",
        "StateUpdatedTimestamp": now,
    }
    return {}


@amends("cloudwatch:DescribeAlarms")
def alarms_by_type(request: Request, answer: Answer) -> None:
    """Without AlarmTypes only metric alarms are told."""
    kinds = request.parameters.get("AlarmTypes") or ["MetricAlarm"]
    names, prefix = request.parameters.get("AlarmNames"), request.parameters.get("AlarmNamePrefix", "")
    if "MetricAlarm" not in kinds:
        answer["MetricAlarms"] = []
    answer["CompositeAlarms"] = [
        alarm
        for name, alarm in _room(request).items()
        if "CompositeAlarm" in kinds and (not names or name in names) and name.startswith(prefix)
    ]


@guards("cloudwatch:DeleteAlarms")
def alarm_of_a_composite(request: Request) -> None:
    """A composite alarm goes alone, and what its rule names goes after it:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html"""
    names, room = request.parameters["AlarmNames"], _room(request)
    metric_alarms = get_backend("cloudwatch")[request.account][request.region].alarms
    missing = [name for name in names if name not in room and name not in metric_alarms]
    if missing:  # "If you specify an incorrect alarm name or make any other error, no alarms are deleted."
        raise AwsError("ResourceNotFound", f"Alarms {missing} do not exist", 404)
    for composite, alarm in room.items():
        if composite not in names and set(_IN_RULE.findall(alarm["AlarmRule"])) & set(names):
            raise AwsError("ValidationError", f"Alarms {names} are used by composite alarm {composite}")
    for name in names:
        room.pop(name, None)


@guards("cloudwatch:DisableAlarmActions", "cloudwatch:EnableAlarmActions")
def actions_of_composites(request: Request) -> None:
    for name in request.parameters["AlarmNames"]:
        if name in _room(request):
            _room(request)[name]["ActionsEnabled"] = request.operation == "EnableAlarmActions"
