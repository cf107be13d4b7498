"""SNS subscriptions -> functions and APIs.

https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html
"""

from __future__ import annotations

from collections.abc import Iterator

from checklists.aws import types
from checklists.json_values import rows, text
from checklists.referrers.index import Index, use
from checklists.referrers.model import Use


def find(index: Index) -> Iterator[Use]:
    for topic in index.of_type(types.TOPIC):
        for one in rows(topic.properties.get("Subscriptions")):
            endpoint, protocol = text(one.get("Endpoint")), text(one.get("Protocol"))
            thing = index.thing(endpoint)
            for found in [thing] if thing else index.apis_at(endpoint):
                yield use(topic, found, "subscription", f"{protocol or 'a'} subscription of topic {topic.name}")
