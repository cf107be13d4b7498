"""Ways into an account, and the regions that are read."""

from __future__ import annotations

import boto3
import pytest
from botocore.config import Config

from checklists.aws.access import (
    AccountAccess,
    AccountNotReached,
    RegionUnknown,
    by_profile,
    by_role,
    regions,
)
from checklists.aws.permissions import OPERATIONS
from tests.checklists.aws.answers import ACCOUNT, IDENTITY, REGION, Answers, Refusal
from tests.checklists.aws.stand import CHAT, account, look

ROLE = "arn:aws:iam::444455556666:role/reader"
KEYS = {"Credentials": {"AccessKeyId": "AKIDEXAMPLE2222", "SecretAccessKey": "s", "SessionToken": "t"}}


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="x", region_name=REGION)


class TestRoles:
    def test_a_role_is_assumed_with_its_external_id(self):
        answers = Answers({"sts:AssumeRole": KEYS})
        access = by_role(ROLE, external_id="acme", base=answers.access())
        (asked,) = answers.asked
        assert asked[1:] == (
            "sts:AssumeRole",
            {"RoleArn": ROLE, "RoleSessionName": "ws2sse-survey", "ExternalId": "acme"},
        )
        assert access.label == f"role {ROLE}"
        assert access.session.get_credentials().access_key == "AKIDEXAMPLE2222"

    def test_without_an_external_id_none_is_sent(self):
        answers = Answers({"sts:AssumeRole": KEYS})
        by_role(ROLE, base=answers.access())
        assert "ExternalId" not in answers.asked[0][2]

    def test_a_role_that_may_not_be_assumed(self):
        answers = Answers({"sts:AssumeRole": Refusal("AccessDenied", "not authorized to perform sts:AssumeRole", 403)})
        with pytest.raises(AccountNotReached) as error:
            by_role(ROLE, base=answers.access())
        assert str(error.value) == (
            f"AWS can't be read with role {ROLE}: not authorized to perform sts:AssumeRole (AccessDenied)."
        )


def test_a_profile_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with pytest.raises(AccountNotReached, match="profile nowhere: there is no such profile"):
        by_profile("nowhere")


def test_a_profile(monkeypatch, tmp_path):
    (tmp_path / "config").write_text("[profile prod]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    assert by_profile("prod").session.region_name == "eu-west-1"


@pytest.mark.parametrize(
    "identity",
    [Refusal("ExpiredToken", "The security token included in the request is expired", 403), {"Arn": "odd"}],
)
def test_an_account_that_does_not_say_which_it_is(identity):
    with pytest.raises(AccountNotReached, match="AWS can't be read with profile test"):
        look({"sts:GetCallerIdentity": identity})


class TestRegions:
    def test_those_that_are_asked_for_once_and_in_order(self, session):
        assert regions(["us-east-1", "eu-west-1", "us-east-1"], session) == ("eu-west-1", "us-east-1")

    def test_none_is_the_session_s_own(self, session):
        assert regions([], session) == (REGION,)

    def test_none_of_a_session_without_one_is_none(self, monkeypatch):
        for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
        assert regions([], boto3.Session()) == ()

    def test_all_are_those_of_the_partition(self, session):
        everywhere = regions(["all"], session)
        assert {"eu-west-1", "us-east-1", "ap-northeast-1"} <= set(everywhere)
        assert not any(region.startswith(("cn-", "us-gov-")) for region in everywhere)
        china = boto3.Session(region_name="cn-north-1")
        assert "cn-north-1" in regions(["all"], china)
        assert "eu-west-1" not in regions(["all"], china)

    @pytest.mark.parametrize("name", ["eu-west-99", "europe", "EU-WEST-1", ""])
    def test_one_that_is_not_there(self, session, name):
        with pytest.raises(RegionUnknown, match="no region of AWS that has API Gateway"):
            regions([name], session)

    def test_one_that_is_nearly_there(self, session):
        with pytest.raises(RegionUnknown, match="Did you mean eu-west-1"):
            regions(["eu-west1"], session)


def test_a_region_that_the_account_has_not_enabled_is_unsupported_and_not_empty():
    off = Refusal("UnrecognizedClientException", "The security token included in the request is invalid", 403)

    class TwoRegions(Answers):
        def answer(self, region, operation, parameters):
            return off if region == "eu-north-1" else super().answer(region, operation, parameters)

    estate = look(TwoRegions(account()), (REGION, "eu-north-1"))
    assert estate.thing(CHAT)
    assert {gap.kind for gap in estate.gaps} == {"unsupported"}
    assert {gap.region for gap in estate.gaps} == {"eu-north-1"}
    asked_there = {one.operation for one in estate.asked if one.region == "eu-north-1"}
    assert not asked_there
    regional = {
        operation
        for operation in OPERATIONS
        if not operation.startswith(("sts:", "iam:", "route53:", "cloudfront:"))
        and operation not in {"cloudwatch:ListDashboards", "cloudwatch:GetDashboard"}
    }
    assert {gap.operation for gap in estate.gaps} == regional


def test_a_service_that_a_region_does_not_have_is_unsupported(session):
    access = AccountAccess(session, "x", Config())
    assert access.offers("lambda", REGION)
    assert access.offers("iam", REGION)
    assert not access.offers("apprunner", "eu-south-1")


def test_the_partition_is_that_of_the_identity():
    estate = look({"sts:GetCallerIdentity": IDENTITY | {"Arn": f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/r/s"}})
    assert estate.accounts[0].partition == "aws-cn"
