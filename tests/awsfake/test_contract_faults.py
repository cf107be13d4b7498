"""What can go wrong on the way to AWS."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tests.awsfake import (
    FakeAws,
    NotFaked,
    ProcessDied,
    answer_lost,
    denied,
    dies,
    expired,
    fake_aws,
    signature_expired,
    throttled,
    unreachable,
)


def _code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_botocore_itself_tries_again_when_it_is_throttled(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/boto3/latest/guide/retries.html: TooManyRequestsException is retried."""
    aws.fail("lambda:ListFunctions", throttled(), times=2)
    before = aws.clock.now()
    assert aws.client("lambda").list_functions()["Functions"] == []
    assert [call.error for call in aws.calls.of("lambda:*")] == ["TooManyRequestsException"] * 2 + [""]
    assert aws.clock.now() > before


def test_who_may_not_is_told_so_in_the_words_of_the_service(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    aws.fail("*", denied())
    for service, code in (("lambda", "AccessDeniedException"), ("iam", "AccessDenied")):
        operation = {"lambda": "list_functions", "iam": "list_roles"}[service]
        with pytest.raises(ClientError) as caught:
            getattr(aws.client(service), operation)()
        assert _code(caught) == code
        assert "is not authorized to perform" in str(caught.value)


def test_credentials_expire_at_a_moment(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html: ExpiredToken"""
    aws.fail("*", expired(), since=aws.clock.now() + timedelta(hours=1))
    client = aws.client("lambda")
    client.list_functions()
    aws.clock.advance(hours=1)
    with pytest.raises(ClientError) as caught:
        client.list_functions()
    assert _code(caught) == "ExpiredTokenException"


def test_a_region_that_nobody_enabled_does_not_know_the_credentials(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"""
    with pytest.raises(ClientError) as caught:
        aws.client("lambda", region="me-south-1").list_functions()
    assert _code(caught) == "UnrecognizedClientException"


def test_a_clock_that_is_wrong_spoils_the_signature(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"""
    aws.fail("*", signature_expired())
    with pytest.raises(ClientError) as caught:
        aws.client("dynamodb").list_tables()
    assert _code(caught) == "InvalidSignatureException"
    assert "Signature expired" in str(caught.value)


def test_an_endpoint_that_is_not_reached_is_no_answer(aws: FakeAws) -> None:
    """botocore raises EndpointConnectionError when it can't connect."""
    aws.fail("logs:*", unreachable())
    with pytest.raises(EndpointConnectionError):
        aws.client("logs").describe_log_groups()


def test_what_lost_its_answer_was_done(aws: FakeAws) -> None:
    """botocore raises ReadTimeoutError after its retries; AWS may have done it at the first."""
    logs = aws.client("logs")
    aws.fail("logs:CreateLogGroup", answer_lost(), times=1)
    aws.fail("logs:CreateLogGroup", unreachable())
    with pytest.raises((ReadTimeoutError, EndpointConnectionError)):
        logs.create_log_group(logGroupName="kept")
    aws.heal()
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == ["kept"]


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_process_that_dies_is_not_caught_by_anybody(aws: FakeAws, after_effect: bool) -> None:
    """A test of what is on disk then, not of AWS."""
    logs = aws.client("logs")
    aws.fail("logs:CreateLogGroup", dies(after_effect=after_effect), times=1)

    def careful() -> None:
        with contextlib.suppress(Exception):
            logs.create_log_group(logGroupName="made")

    with pytest.raises(ProcessDied):
        careful()
    assert bool(logs.describe_log_groups()["logGroups"]) is after_effect


def test_every_call_is_logged_and_those_that_only_read_are_known(aws: FakeAws) -> None:
    aws.client("sts").get_caller_identity()
    aws.client("lambda").list_functions()
    aws.client("sts").assume_role(RoleArn="arn:aws:iam::210987654321:role/reader", RoleSessionName="test")
    assert aws.calls.writes() == []
    aws.client("logs").create_log_group(logGroupName="made")
    assert [call.name for call in aws.calls.writes()] == ["logs:CreateLogGroup"]
    assert aws.calls.writes()[0].parameters == {"logGroupName": "made"}


def test_what_the_fake_does_not_know_fails_the_test_though_it_was_caught() -> None:
    def careless() -> None:
        with fake_aws() as aws, contextlib.suppress(Exception):
            aws.client("ec2").describe_vpcs()

    with pytest.raises(NotFaked, match="the fake has no ec2:DescribeVpcs"):
        careless()


def test_accounts_are_apart_and_a_role_leads_into_another(aws: FakeAws) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
    aws.client("logs").create_log_group(logGroupName="here")
    assert aws.client("logs", account="210987654321").describe_log_groups()["logGroups"] == []
    role = "arn:aws:iam::210987654321:role/reader"
    keys = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    assert aws.account_of(keys["AccessKeyId"]) == "210987654321"
