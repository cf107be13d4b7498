"""APIs that push nothing, and answer through route responses alone: requests and answers, which REST has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from migrator.inventory.model import FunctionlessRoute, Refusal, Route
from migrator.scan.refusals.seen import LIFECYCLE, Seen

REASON: Final = (
    "nothing is pushed, every answer is a route response: plain requests and responses serve it, without streams"
)


def plain_rest(seen: Seen) -> Iterator[Refusal]:
    if any(push.operation == "post_to_connection" for push in seen.inventory.pushes):
        return
    unread = {handler.id for handler in seen.inventory.handlers if handler.problem}
    for api in seen.inventory.apis:
        routes: list[Route | FunctionlessRoute] = [*api.routes, *api.functionless_routes]
        answering = [route for route in routes if route.route_response and route.key not in LIFECYCLE]
        if answering and not any(route.handler in unread for route in api.routes):
            keys = tuple(route.key for route in answering)
            yield seen.refusal("plain_rest", "offer", REASON, answering[0].location, api, keys)
