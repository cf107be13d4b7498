"""Functions -> their log groups; subscription filters -> functions; who reads a log group's events.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import mapping, rows, text
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for function in index.functions():
        name = (
            text(function.properties.get("LogGroup"))
            or text(mapping(function.properties.get("LoggingConfig")).get("LogGroup"))
            or f"/aws/lambda/{function.name}"
        )
        group = index.named(types.LOG_GROUP, function.account, function.region, name) or index.thing(name)
        if group is not None:
            yield use(function, group, "logs", f"log of function {function.name}")
    for group in index.of_type(types.LOG_GROUP):
        for one in rows(group.properties.get("SubscriptionFilters")):
            destination, name = text(one.get("destinationArn")), text(one.get("filterName"))
            thing = index.thing(destination)
            if thing is not None and thing.type == types.FUNCTION:
                yield use(group, thing, "log_filter", f"subscription filter {name} of {group.name}")
            if destination:
                yield use(destination, group, "log_filter", f"subscription filter {name} reads it", mention=True)
