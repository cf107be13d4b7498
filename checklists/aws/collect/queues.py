"""SQS queues: who may send to them, and where what fails goes."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.scope import Collector, Found, Scope, for_each
from checklists.aws.shape import parsed

_LIST: Final = "sqs:ListQueues"
_GET: Final = "sqs:GetQueueAttributes"
_GONE: Final = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})
_ATTRIBUTES: Final = ("QueueArn", "Policy", "RedrivePolicy")


def collect(scope: Scope) -> Found:
    """Without MaxResults SQS gives no further page than the first:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html"""
    found = Found()
    queues = scope.caller.items(_LIST, "QueueUrls", MaxResults=1000)
    for_each(scope, queues, _GET)
    for one in scope.each(queues.items):
        url = str(one)
        name = url.rpartition("/")[2]
        arn = scope.arn("sqs", name)
        reply = scope.caller.one(_GET, subject=arn, absent=_GONE, QueueUrl=url, AttributeNames=[*_ATTRIBUTES])
        if reply.known and reply.body is None:
            continue
        properties = {}
        if reply.body is not None:
            attributes = reply.body.get("Attributes") or {}
            for key in ("Policy", "RedrivePolicy"):
                properties[key] = parsed(attributes[key]) if attributes.get(key) else None
        found.things.append(scope.thing(arn, types.QUEUE, url, name, properties=properties))
    return found


COLLECTOR: Final = Collector("queues", "sqs", (_LIST, _GET), collect)
