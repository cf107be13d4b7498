"""`--billed`: which questions are asked of Cost Explorer, and what is said before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from checklists.aws import types
from checklists.aws.estate import Account
from checklists.cost.bill import Bill
from checklists.cost.billed import Question
from checklists.cost.target import Target
from migrator.commands import checklist_cost, checklist_survey
from migrator.commands.checklist_cost import AskedCost, bills_of
from migrator.commands.checklist_survey import Asked
from tests.checklists.cost.stand import ACCOUNT, api_arn, estate, thing

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
SURVEY = Asked(aws=True, profiles=("prod",), roles=(), regions=(), estate=None, save_estate=None)
BILLED = AskedCost(prices=None, billed=True, bills=None)


class Access:
    label = "profile prod"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Question]:
    questions: list[Question] = []

    def ask_bill(access: Any, question: Question, *, now: datetime, cache: Any) -> Bill:
        assert isinstance(access, Access)
        questions.append(question)
        return Bill(account=question.account, region=question.region, period=question.period, asked_at=now)

    monkeypatch.setattr(checklist_survey, "accesses", lambda _: [Access()])
    monkeypatch.setattr("checklists.cost.billed.ask_bill", ask_bill)
    return questions


def ask(target: Target) -> tuple[Bill, ...]:
    things = [
        thing(api_arn(name, region), types.API, region=region, ProtocolType="WEBSOCKET")
        for name, region in (("a1", "eu-west-1"), ("a2", "eu-west-1"), ("b1", "us-east-1"))
    ]
    account = Account(id=ACCOUNT, profile="profile prod")
    seen = estate((), things).model_copy(update={"accounts": (account,)})
    return bills_of(BILLED, SURVEY, seen, target, now=NOW, window=timedelta(days=30))


def test_nothing_is_asked_when_no_day_is_settled(asked: list[Question], capsys: pytest.CaptureFixture[str]):
    assert ask(Target(before=(date(2026, 9, 9), date(2026, 9, 10)))) == ()
    assert asked == []
    assert "no day from 2026-09-09 on is billed and settled yet" in capsys.readouterr().err


def test_each_place_once_and_its_price_before(asked: list[Question], capsys: pytest.CaptureFixture[str]):
    bills = ask(Target())
    assert [(bill.account, bill.region) for bill in bills] == [(ACCOUNT, "eu-west-1"), (ACCOUNT, "us-east-1")]
    said = " ".join(capsys.readouterr().err.split())
    assert "Cost Explorer is asked 2 times. It takes $0.01 for each request and page: at least $0.02" in said
    assert {(one.period.first, one.period.last) for one in asked} == {(date(2026, 8, 11), date(2026, 9, 7))}


def test_the_days_around_a_double_run_are_asked_for_at_once(asked: list[Question]):
    ask(Target(double_run=(date(2026, 7, 1), date(2026, 7, 20))))
    assert {(one.period.first, one.period.last) for one in asked} == {(date(2026, 6, 17), date(2026, 8, 3))}


def test_what_comes_first_is_said_before_anything_is_asked(asked: list[Question], monkeypatch: pytest.MonkeyPatch):
    order: list[str] = []
    monkeypatch.setattr(checklist_cost, "say", lambda words: order.append(f"{len(asked)} asked when said"))
    ask(Target())
    assert order == ["0 asked when said"]
