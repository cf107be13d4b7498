"""What AWS refuses to tell is never taken for an absence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from checklists.aws import types
from checklists.aws.access import AccountAccess
from checklists.teardown.execute.aws_hands import AwsHands
from checklists.teardown.execute.eyes import Unseen
from checklists.teardown.execute.hands import CallFailed
from checklists.teardown.model import Call
from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from tests.awsfake import (
    ACCOUNT,
    REGION,
    clock_skewed,
    denied,
    expired,
    fake_aws,
    throttled,
    unreachable,
    unsupported_region,
)
from tests.awsfake.estates import chat
from tests.checklists.teardown.site import Site, site_of
from tests.running import CHAT


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return scan_application(CHAT)


@pytest.fixture(scope="module")
def by_hand(inventory: Inventory) -> Iterator[Site]:
    """Only looked at."""
    with fake_aws() as aws:
        yield site_of(aws, chat(aws, in_stack=False), inventory)


ABSENT_TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/none"
ABSENT_ROLE = f"arn:aws:iam::{ACCOUNT}:role/none"
ABSENT_LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:none"


def _function(site: Site) -> dict[str, str]:
    return {f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{site.app.functions['chat']}": types.FUNCTION}


LOOKS: dict[str, Callable[[Site], Any]] = {
    "dynamodb:ListTables": lambda site: site.eyes.look({ABSENT_TABLE: types.TABLE}),
    "iam:GetAccountAuthorizationDetails": lambda site: site.eyes.look({ABSENT_ROLE: types.ROLE}),
    "logs:DescribeLogGroups": lambda site: site.eyes.look({ABSENT_LOGS: types.LOG_GROUP}),
    "apigatewayv2:GetApis": lambda site: site.eyes.look({f"{site.app.api_arn}0": types.API}),
    "apigatewayv2:GetApiMappings": lambda site: site.eyes.look({site.app.api_arn: types.API}, users=True),
    "events:ListRules": lambda site: site.eyes.look(_function(site), users=True),
    "lambda:GetPolicy": lambda site: site.eyes.look(_function(site), users=True),
    "sns:ListSubscriptions": lambda site: site.eyes.look(_function(site), users=True),
    "cloudwatch:GetMetricData": lambda site: site.eyes.knocks(site.app.api_arn, site.plan.made_at, site.plan.made_at),
    "dynamodb:ListBackups": lambda site: site.eyes.backups(ABSENT_TABLE, "x"),
    "cloudformation:ListExports": lambda site: site.eyes.imports(
        f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/x/1"
    ),
    "sts:GetCallerIdentity": lambda site: site.eyes.account(),
}


@pytest.mark.parametrize("operation", LOOKS)
@pytest.mark.parametrize("fault", [denied, throttled, expired, unsupported_region, clock_skewed, unreachable])
def test_no_refusal_is_taken_for_an_absence(by_hand: Site, operation: str, fault: Callable[[], Any]) -> None:
    by_hand.aws.fail(operation, fault())
    try:
        with pytest.raises(Unseen) as unseen:
            LOOKS[operation](by_hand)
        assert str(unseen.value)
    finally:
        by_hand.aws.heal()


@pytest.mark.parametrize("operation", [name for name in LOOKS if name != "sts:GetCallerIdentity"])
def test_what_is_answered_is_seen(by_hand: Site, operation: str) -> None:
    LOOKS[operation](by_hand)


@pytest.mark.parametrize("fault", [denied, throttled, expired, clock_skewed, unreachable])
def test_idleness_is_not_proved_by_a_refusal(by_hand: Site, fault: Callable[[], Any]) -> None:
    assert by_hand.eyes.idle(by_hand.app.api_arn, timedelta(days=14)).verdict == "supports"
    by_hand.aws.fail("cloudwatch:GetMetricData", fault())
    try:
        assert by_hand.eyes.idle(by_hand.app.api_arn, timedelta(days=14)).verdict in {"error", "no_data"}
    finally:
        by_hand.aws.heal()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(denied, "denied"), (throttled, "throttled"), (expired, "expired"), (unreachable, "unreachable")],
)
def test_a_refused_call_is_made_once_and_says_why(by_hand: Site, fault: Callable[[], Any], kind: str) -> None:
    by_hand.aws.calls.clear()
    by_hand.aws.fail("lambda:DeleteFunction", fault())
    hands = AwsHands(AccountAccess(by_hand.aws.session()), "aws")
    try:
        with pytest.raises(CallFailed) as failed:
            hands.call(
                Call(service="lambda", operation="delete_function", region=REGION, parameters={"FunctionName": "x"})
            )
    finally:
        by_hand.aws.heal()
    assert failed.value.kind == kind
    assert len(by_hand.aws.calls.of("lambda:DeleteFunction")) == 1


def test_a_knock_is_seen(by_hand: Site) -> None:
    now = by_hand.aws.clock.now()
    assert by_hand.eyes.knocks(by_hand.app.api_arn, now, now + timedelta(minutes=1)).total is None
    by_hand.aws.metrics.emit(ACCOUNT, REGION, "AWS/ApiGateway", "ExecutionError", {"ApiId": by_hand.app.api}, 1, 2)
    counted = by_hand.eyes.knocks(by_hand.app.api_arn, now, now + timedelta(minutes=1))
    assert (counted.total, counted.words) == (2, "2 ExecutionError")
