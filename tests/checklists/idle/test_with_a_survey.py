"""What a survey measures is what the proof looks for: the example application in the fake, busy and then left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from checklists.aws.access import AccountAccess
from checklists.aws.estate import Estate
from checklists.aws.survey import survey
from checklists.aws.types import API, FUNCTION, TABLE
from checklists.idle.model import IdleProof
from checklists.idle.proof import WHOLE_API, idle_proof, worst
from tests.awsfake import FakeAws, denied, fake_aws
from tests.awsfake.estates.chat import Chat, chat
from tests.awsfake.world import REGION

WINDOW = timedelta(days=30)


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[FakeAws, Chat]]:
    """Two years old, busy until 70 days ago."""
    with fake_aws(page_size=100) as aws:
        built = chat(aws)
        aws.clock.advance(days=600)
        aws.traffic.visit(built.api, built.stage, times=40)
        aws.clock.advance(days=70)
        yield aws, built


def seen(aws: FakeAws) -> Estate:
    services = frozenset({"apigatewayv2", "lambda", "dynamodb", "cloudwatch"})
    access = AccountAccess(aws.session())
    return survey([access], [REGION], window=WINDOW, now=aws.clock.now(), services=services)


def prove(estate: Estate, aws: FakeAws, built: Chat) -> IdleProof:
    of = {kind: [one.arn for one in estate.of_type(kind)] for kind in (API, FUNCTION, TABLE)}
    known = {"window": WINDOW, "now": aws.clock.now(), "handlers": of[FUNCTION], "tables": of[TABLE]}
    return worst([idle_proof(estate, built.api_arn, stage, **known) for stage in (built.stage, WHOLE_API)])


def test_left_alone_for_70_days(world: tuple[FakeAws, Chat]):
    aws, built = world
    proof = prove(seen(aws), aws, built)
    assert proof.verdict == "supports", proof.why
    assert proof.control.startswith("ConnectCount of ")
    assert "was 40 before the window" in proof.control
    assert proof.last_seen is not None
    assert timedelta(days=70) <= aws.clock.now() - proof.last_seen < timedelta(days=71)


def test_metrics_that_were_denied_are_no_silence(world: tuple[FakeAws, Chat]):
    aws, built = world
    aws.fail("cloudwatch:GetMetricData", denied())
    try:
        proof = prove(seen(aws), aws, built)
    finally:
        aws.heal()
    assert (proof.verdict, "(denied)" in proof.why) == ("error", True)


def test_somebody_who_comes_back_is_seen_and_one_who_knocks_is_counted(world: tuple[FakeAws, Chat]):
    aws, built = world
    aws.traffic.visit(built.api, built.stage, times=3, authorized=False)
    aws.clock.advance(minutes=5)
    knocked = prove(seen(aws), aws, built)
    assert [(one.metric, one.count) for one in knocked.knocks] == [("ClientError", 3.0)]
    assert (knocked.verdict, "Invocations of tenant-chat-dev-authorizer 3" in knocked.why) == ("refutes", True)
    aws.clock.advance(days=40)
    assert prove(seen(aws), aws, built).verdict == "supports"
    aws.traffic.visit(built.api, built.stage)
    aws.clock.advance(minutes=5)
    assert prove(seen(aws), aws, built).verdict == "refutes"
