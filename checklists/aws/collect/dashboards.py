"""Dashboards, which are in no region:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.scope import Collector, Found, Scope, for_each
from checklists.aws.shape import parsed

_LIST: Final = "cloudwatch:ListDashboards"
_GET: Final = "cloudwatch:GetDashboard"
_GONE: Final = frozenset({"ResourceNotFound", "DashboardNotFoundError"})


def collect(scope: Scope) -> Found:
    found = Found()
    dashboards = scope.caller.items(_LIST, "DashboardEntries")
    for_each(scope, dashboards, _GET)
    for one in scope.each(dashboards.items):
        name = one["DashboardName"]
        arn = one.get("DashboardArn") or f"arn:{scope.partition}:cloudwatch::{scope.account}:dashboard/{name}"
        reply = scope.caller.one(_GET, subject=arn, absent=_GONE, DashboardName=name)
        if reply.known and reply.body is None:
            continue
        properties = {"Body": parsed(reply.body.get("DashboardBody", ""))} if reply.body else {}
        found.things.append(scope.thing(arn, types.DASHBOARD, name, properties=properties))
    return found


COLLECTOR: Final = Collector("dashboards", "cloudwatch", (_LIST, _GET), collect, reach="account")
