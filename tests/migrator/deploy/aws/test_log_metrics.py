"""What is counted of the logs is what a service says when these things happen: each filter finds real lines."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace

import boto3
import httpx
import pytest
from moto import mock_aws

from migrator.deploy.aws.alarms import alarms
from migrator.deploy.aws.log_metrics import GAPS, LATE, LOST, REDIS_AWAY, REFUSED, LogMetric, log_metrics
from migrator.deploy.aws.settings import settings_of
from shim.logs import JsonFormatter, TextFormatter, log_happenings
from shim.streams import StreamLimits
from shim.streams.redis.streams import RedisStreams
from tests.migrator.deploy.aws.stacks import told
from tests.redis_server import RedisServer
from tests.shim.faces.facing import eventually, facing
from tests.shim.sse_client import open_stream
from tests.shim.streams.redis_world import own_options

EVENT_STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged: as JSON, which kits set, and as the text of a handler of Python's own."""
    written = io.StringIO()
    handlers = [logging.StreamHandler(written) for _ in range(2)]
    handlers[0].setFormatter(JsonFormatter())
    handlers[1].setFormatter(TextFormatter())
    root = logging.getLogger()
    for handler in handlers:
        root.addHandler(handler)
    yield written
    for handler in handlers:
        root.removeHandler(handler)


def found(pattern: str, text: str) -> list[str]:
    """The lines that CloudWatch's filter of this pattern lets through."""
    with mock_aws():
        logs = boto3.client("logs", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")
        group = logs.describe_log_groups()["logGroups"][0]
        events = [{"timestamp": group["creationTime"], "message": line} for line in text.splitlines()]
        logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
        answer = logs.filter_log_events(logGroupName="g", filterPattern=pattern, limit=10_000)
        return [event["message"] for event in answer["events"]]


def test_a_line_that_says_something_else_is_not_counted() -> None:
    text = "refused\nRedis can be used again\nconnected"

    assert [found(one.pattern, text) for one in log_metrics(settings_of(told()))] == [[]] * 5


def test_what_happens_to_a_service_over_redis_is_found_as_often_as_the_alarms_want(
    redis_server: RedisServer, lines: io.StringIO
) -> None:
    options = own_options(redis_server.url, check_s=0.2)
    later = [0.0]

    def seen(metric: LogMetric, times: int) -> bool:
        """In each of the two forms."""
        return lines.getvalue().count(metric.phrase) >= 2 * times

    def refused() -> bool:
        """Also where the machine is so busy that Redis does not answer the first of them in time."""
        return httpx.get(shim.address, headers=EVENT_STREAM, timeout=30).status_code == 503 and seen(REFUSED, 1)

    with facing(streams=RedisStreams(options, StreamLimits(connections=1), later_s=lambda: sum(later))) as shim:
        shim.service.observers.append(log_happenings(shim.service.api))
        with open_stream(shim.address):
            eventually(refused)
            later.append(2 * options.lease_s)
            eventually(lambda: seen(LATE, 1))
            redis_server.pause()
            eventually(lambda: seen(REDIS_AWAY, 1))
            redis_server.stop()
            eventually(lambda: seen(REDIS_AWAY, 10))  # again and again, though nobody comes
            redis_server.start()
            eventually(lambda: seen(LOST, 1) and seen(GAPS, 1))

    for one in (REDIS_AWAY, REFUSED, LATE, LOST, GAPS):
        both = found(one.pattern, lines.getvalue())
        assert any(line.startswith("{") for line in both), one
        assert any(not line.startswith("{") for line in both), one


def test_a_migrated_application_has_alarms_on_nothing_that_it_does_not_log() -> None:
    migrated = settings_of(replace(told(), served="migrated", settings=""))

    assert {alarm.name for alarm in alarms(settings_of(told()))} - {alarm.name for alarm in alarms(migrated)} == {
        "ClientsRefused"
    }
    assert REFUSED not in log_metrics(migrated)


def test_each_is_plain_text_that_a_pattern_can_quote() -> None:
    assert all(one.phrase.isascii() and not set(one.phrase) & set("\"'%{}") for one in log_metrics(settings_of(told())))
