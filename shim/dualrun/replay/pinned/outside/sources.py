"""Streams, queues and topics of the AWS in memory: what was put there since the last look runs who consumes it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, Protocol

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from shim.dualrun.replay.functions import Source, SourceKind
from shim.dualrun.replay.pinned.outside.events import queue_event, stream_event, topic_event

STREAM_BATCH: Final = 100
QUEUE_BATCH: Final = 10
"""Records of one invocation, when the infrastructure says nothing else.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html"""


class Watched(Protocol):
    """One source, and how far it was read."""

    def events(self) -> Iterator[dict[str, Any]]:
        """Each for one invocation; after the last, nothing is left of what was there at the beginning."""

    def over(self, event: dict[str, Any], answer: object) -> None:
        """A function has taken an event and returned."""

    def drop(self) -> None:
        """What is there now is nobody's any more."""


def watched(source: Source) -> Watched:
    """The source as it is in the region of this process; one that nobody has made is always empty."""
    region = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    kinds: dict[SourceKind, Callable[[str, str], Watched]] = {"stream": _Stream, "queue": _Queue, "topic": _Topic}
    return kinds[source.kind](source.name, region)


class _Stream:
    def __init__(self, name: str, region: str) -> None:
        self._name, self._region = name, region
        self._read = 0

    def events(self) -> Iterator[dict[str, Any]]:
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][self._region].tables.get(self._name)
        shard = table.stream_shard if table is not None else None
        if table is None or shard is None:
            return
        arn = f"{table.table_arn}/stream/{table.latest_stream_label}"
        end = len(shard.items)
        while self._read < end:
            records = shard.items[self._read : min(end, self._read + STREAM_BATCH)]
            self._read += len(records)
            yield stream_event([_told(record.to_json()) for record in records], arn)

    def over(self, event: dict[str, Any], answer: object) -> None:
        """A stream keeps what was read."""

    def drop(self) -> None:
        for _ in self.events():
            pass


def _told(record: dict[str, Any]) -> dict[str, Any]:
    """As Lambda tells it: the time is a number, and attributes are plain."""
    told = {**record["dynamodb"]}
    told["ApproximateCreationDateTime"] = float(int(told["ApproximateCreationDateTime"].timestamp()))
    plain: dict[str, Any] = json.loads(dynamo_json_dump({**record, "dynamodb": told}))
    return plain


class _Queue:
    def __init__(self, name: str, region: str) -> None:
        self._name, self._region = name, region

    def events(self) -> Iterator[dict[str, Any]]:
        queue = sqs_backends[DEFAULT_ACCOUNT_ID][self._region].queues.get(self._name)
        if queue is None:
            return
        for _ in range(-(-len(queue.messages) // QUEUE_BATCH)):
            got = self._sqs.receive_message(
                QueueUrl=queue.physical_resource_id,
                MaxNumberOfMessages=QUEUE_BATCH,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            if got.get("Messages"):
                yield queue_event(got["Messages"], queue.queue_arn)

    def over(self, event: dict[str, Any], answer: object) -> None:
        """All messages go but those that the function names as failed."""
        listed = answer.get("batchItemFailures") if isinstance(answer, dict) else None
        failed = {one.get("itemIdentifier") for one in listed or () if isinstance(one, dict)}
        queue = sqs_backends[DEFAULT_ACCOUNT_ID][self._region].queues[self._name]
        for record in event["Records"]:
            if record["messageId"] not in failed:
                self._sqs.delete_message(QueueUrl=queue.physical_resource_id, ReceiptHandle=record["receiptHandle"])

    def drop(self) -> None:
        queue = sqs_backends[DEFAULT_ACCOUNT_ID][self._region].queues.get(self._name)
        if queue is not None:
            self._sqs.purge_queue(QueueUrl=queue.physical_resource_id)

    @cached_property
    def _sqs(self) -> Any:  # noqa: ANN401 - made at run time
        return boto3.session.Session().client("sqs", region_name=self._region)


class _Topic:
    def __init__(self, name: str, region: str) -> None:
        self._read = 0
        self._region = region
        self._arn = f"arn:aws:sns:{region}:{DEFAULT_ACCOUNT_ID}:{name}"

    def events(self) -> Iterator[dict[str, Any]]:
        topic = sns_backends[DEFAULT_ACCOUNT_ID][self._region].topics.get(self._arn)
        if topic is None:
            return
        sent = topic.sent_notifications[self._read :]
        self._read += len(sent)
        for message_id, message, subject, attributes, _group in sent:
            said = {
                "MessageId": message_id,
                "Subject": subject,
                "Message": message,
                "MessageAttributes": attributes or {},
                "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            }
            yield topic_event(said, self._arn)

    def over(self, event: dict[str, Any], answer: object) -> None:
        """A topic hands a message over once."""

    def drop(self) -> None:
        for _ in self.events():
            pass
