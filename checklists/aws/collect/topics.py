"""SNS topics and who is subscribed. Of subscribers outside of AWS no more than the host is kept."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from pydantic import JsonValue

from checklists.aws import types
from checklists.aws.scope import Collector, Found, Scope
from checklists.aws.shape import address

_TOPICS: Final = "sns:ListTopics"
_SUBSCRIPTIONS: Final = "sns:ListSubscriptions"


def collect(scope: Scope) -> Found:
    """Also topics of other accounts, when something of this one is subscribed to them."""
    topics = scope.caller.items(_TOPICS, "Topics")
    subscriptions = scope.caller.items(_SUBSCRIPTIONS, "Subscriptions")
    of_topic: dict[str, list[JsonValue]] = defaultdict(list)
    for one in sorted(subscriptions.items, key=lambda each: str(each.get("SubscriptionArn"))):
        subscriber: dict[str, JsonValue] = {
            "Protocol": str(one.get("Protocol")),
            "Endpoint": address(str(one.get("Endpoint", ""))),
            "SubscriptionArn": str(one.get("SubscriptionArn", "")),
        }
        of_topic[one["TopicArn"]].append(subscriber)
    found = Found()
    for arn in sorted({one["TopicArn"] for one in topics.items} | set(of_topic)):
        known = subscriptions.whole or arn in of_topic
        properties: dict[str, JsonValue] = {"Subscriptions": of_topic.get(arn, [])} if known else {}
        found.things.append(scope.thing(arn, types.TOPIC, arn, arn.rpartition(":")[2], properties=properties))
    return found


COLLECTOR: Final = Collector("topics", "sns", (_TOPICS, _SUBSCRIPTIONS), collect)
