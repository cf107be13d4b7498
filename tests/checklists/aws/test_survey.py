"""A whole survey: several accounts and regions, told as it goes, and the same each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from checklists.aws.estate import Estate
from checklists.aws.survey import survey
from tests.checklists.aws.answers import ACCOUNT, REGION, Answers
from tests.checklists.aws.stand import CHAT, MONTH, NOW, account, look


def test_the_same_state_gives_the_same_bytes():
    first = look(account(), (REGION, "eu-north-1")).model_dump_json()
    assert look(account(), ("eu-north-1", REGION)).model_dump_json() == first
    assert Estate.model_validate_json(first).model_dump_json() == first


def test_the_order_in_which_aws_lists_things_does_not_matter():
    table = account()
    turned = {key: _turned(value) for key, value in table.items()}
    assert look(turned).model_dump_json() == look(table).model_dump_json()


def _turned(answer):
    if not isinstance(answer, dict):
        return answer
    return {key: value[::-1] if isinstance(value, list) else _turned(value) for key, value in answer.items()}


def test_global_services_are_asked_once_an_account():
    answers = Answers(account())
    look(answers, (REGION, "eu-north-1"))
    asked = [operation for _, operation, _ in answers.asked]
    assert asked.count("iam:GetAccountAuthorizationDetails") == 1
    assert asked.count("cloudfront:ListDistributions") == 1
    assert asked.count("apigatewayv2:GetApis") == 2


def test_it_tells_how_far_it_is():
    told: list[tuple[str, int, int]] = []
    look(account(), progress=lambda *step: told.append(step))
    phases = list(dict.fromkeys(phase for phase, _, _ in told))
    assert phases == ["Listing", "Looking closely", "Measuring"]
    for phase in phases:
        steps = [(done, total) for name, done, total in told if name == phase]
        assert steps[0][0] == 0
        assert steps == sorted(steps)
        assert all(done <= total for done, total in steps)
        assert steps[-1][0] == steps[-1][1]


def test_what_a_listing_tells_of_counts_too():
    apis = [{"ApiId": f"api{number:07}", "ProtocolType": "WEBSOCKET"} for number in range(40)]
    told: list[tuple[str, int, int]] = []
    table = {"apigatewayv2:GetApis": {"Items": apis}}
    look(table, progress=lambda *step: told.append(step), services=frozenset({"apigatewayv2"}))
    assert ("Listing", 42, 42) in told  # two collectors, and the APIs


def test_things_of_another_account_with_the_same_names_stay_apart():
    answers = Answers(account())
    access = answers.access()
    identities = iter([ACCOUNT, "444455556666"])
    answers.table["sts:GetCallerIdentity"] = lambda _: {"Arn": f"arn:aws:iam::{next(identities)}:user/reader"}
    estate = survey([access, access], [REGION], window=MONTH, now=NOW, services=frozenset({"ssm"}))
    assert [one.id for one in estate.accounts] == [ACCOUNT, "444455556666"]
    assert {one.account for one in estate.things} == {ACCOUNT, "444455556666"}


def test_how_long_it_took_is_told():
    ticks = iter((10.0, 75.4))
    estate = look({}, clock=lambda: next(ticks), services=frozenset())
    assert (estate.started_at, estate.finished_at) == (NOW, NOW + timedelta(seconds=65))


def test_who_stops_it_stops_it():
    def stop(_phase: str, done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    answers = Answers(account())
    with pytest.raises(KeyboardInterrupt):
        look(answers, progress=stop)
    assert "cloudwatch:GetMetricData" not in answers.operations()


def test_no_network_is_needed_for_what_is_not_asked():
    answers = Answers(account())
    look(answers, services=frozenset({"lambda"}))
    assert {operation.partition(":")[0] for operation in answers.operations()} == {"sts", "iam", "lambda"}


def test_an_estate_can_be_read_again_from_its_file():
    estate = look(account())
    again = Estate.model_validate_json(estate.model_dump_json())
    assert again == estate
    assert again.thing(CHAT) == estate.thing(CHAT)
