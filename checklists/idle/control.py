"""The positive control: what shows that a sign of life would have been seen, had there been one.

CloudWatch has no datapoint where nothing was counted, and none either where the metric is not sent at all, or the
wrong account was asked. A stage that counted before, or a neighbour that counts now, tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable

from checklists.aws.estate import Estate, Thing
from checklists.aws.types import ROUTE, STAGE
from checklists.idle.signs import CONNECTS, INVOCATIONS, KNOCKS, MESSAGES, Sign, stage_sign, thing_sign
from checklists.idle.window import Window, kept

COUNTED = (CONNECTS, MESSAGES)


def counts_connects(estate: Estate, api: Thing) -> bool:
    """ConnectCount is what goes to the integration of $connect: without one it is never sent.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html"""
    return any(
        route.properties.get("RouteKey") == "$connect" and bool(route.properties.get("Target"))
        for route in estate.under(api.arn, ROUTE)
    )


def control(estate: Estate, api: Thing, stage: str, handlers: Iterable[Thing], window: Window) -> str:
    """A sentence, or '' when nothing shows it."""
    metrics = COUNTED if counts_connects(estate, api) else (MESSAGES,)
    for asked in dict.fromkeys((stage, "")):
        for metric in metrics:
            if said := _counted_before(stage_sign(estate, api, asked, metric), estate, window):
                return said
    for metric in KNOCKS:
        if stage_sign(estate, api, stage, metric).in_window(window) > 0:
            return f"{metric} of stage {stage} was counted within the window."
    if not counts_connects(estate, api):
        for handler in handlers:
            sign = thing_sign(estate, handler, INVOCATIONS, {"FunctionName": handler.id})
            if said := _counted_before(sign, estate, window):
                return said
    return _neighbour(estate, api, stage, window)


def _counted_before(sign: Sign, estate: Estate, window: Window) -> str:
    count, last = sign.before(window), sign.last_at()
    oldest = max((kept(one.period_s) for one in sign.measured), default=kept(0))
    if not count or last is None or estate.finished_at - last > oldest:
        return ""
    return (
        f"{sign.metric} of {sign.whose} was {count:,.10g} before the window, and last more than 0 on {last:%Y-%m-%d}."
    )


def _neighbour(estate: Estate, api: Thing, stage: str, window: Window) -> str:
    """Another stage of the API, then another API of the same account and region, whose metrics come in now."""
    others = [other for other in estate.websocket_apis() if other.arn != api.arn]
    near = [
        other
        for other in others
        if other.id in estate.counting_apis and (other.account, other.region) == (api.account, api.region)
    ]
    for other in (api, *near):
        for name in sorted(one.name for one in estate.under(other.arn, STAGE)):
            if other.arn == api.arn and name == stage:
                continue
            for metric in COUNTED:
                if stage_sign(estate, other, name, metric).in_window(window) > 0:
                    whose = "the same API" if other.arn == api.arn else f"API {other.id} in {other.region}"
                    return f"{metric} of stage {name} of {whose} was counted within the window."
    return ""
