"""Cost Explorer is asked for money, so seldom, and what it doesn't tell is never a bill of nothing.

The client is boto3's own, which checks each request against AWS's model of it; its answers are laid down before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from checklists.aws.access import AccountAccess
from checklists.cost.bill import Bill
from checklists.cost.billed import RECORD_TYPES, SERVICES, Question, ask_bill, askable, price_words
from checklists.cost.errors import BillNotRead
from checklists.cost.measured import Period
from checklists.cost.prices import load_prices

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
PERIOD = Period(first=date(2026, 9, 1), last=date(2026, 9, 2))
QUESTION = Question(account="111122223333", region="eu-west-1", period=PERIOD)
EXPECTED = {
    "TimePeriod": {"Start": "2026-09-01", "End": "2026-09-03"},
    "Granularity": "DAILY",
    "Metrics": ["UnblendedCost", "UsageQuantity"],
    "GroupBy": [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}],
    "Filter": {
        "And": [
            {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["111122223333"]}},
            {"Dimensions": {"Key": "RECORD_TYPE", "Values": list(RECORD_TYPES)}},
            {"Dimensions": {"Key": "REGION", "Values": ["eu-west-1"]}},
            {"Dimensions": {"Key": "SERVICE", "Values": list(SERVICES)}},
        ]
    },
}


class Access:
    """Hands out one client of boto3 whose answers are laid down."""

    def __init__(self) -> None:
        self.made: Any = boto3.client(
            "ce",
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            config=Config(retries={"total_max_attempts": 1}),
        )
        self.stubber = Stubber(self.made)

    def client(self, service: str, region: str) -> Any:
        assert (service, region) == ("ce", "us-east-1")
        return self.made


@pytest.fixture(scope="module")
def shared() -> Access:
    return Access()


@pytest.fixture
def access(shared: Access) -> Iterator[Access]:
    shared.stubber = Stubber(shared.made)
    with shared.stubber:
        yield shared
        shared.stubber.assert_no_pending_responses()


def ask(access: Access, **more: Any) -> Bill:
    return ask_bill(cast(AccountAccess, access), QUESTION, **{"now": NOW, **more})


def day(number: int, **usage: tuple[float, float]) -> dict[str, Any]:
    start = date(2026, 9, number)
    return {
        "TimePeriod": {"Start": start.isoformat(), "End": (start + timedelta(days=1)).isoformat()},
        "Total": {},
        "Groups": [
            {
                "Keys": [name.replace("__", "-")],
                "Metrics": {
                    "UnblendedCost": {"Amount": str(usd), "Unit": "USD"},
                    "UsageQuantity": {"Amount": str(quantity), "Unit": "N/A"},
                },
            }
            for name, (usd, quantity) in usage.items()
        ],
        "Estimated": True,
    }


def answers(access: Access, *pages: list[dict[str, Any]], endless: bool = False) -> None:
    token = None
    for number, results in enumerate(pages):
        more = {"NextPageToken": token} if token else {}
        last = number == len(pages) - 1 and not endless
        token = None if last else f"page{number + 2}"
        said = {"ResultsByTime": results} | ({"NextPageToken": token} if token else {})
        access.stubber.add_response("get_cost_and_usage", said, EXPECTED | more)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "ce:GetCostAndUsage is not allowed (AccessDeniedException)"),
        ("DataUnavailableException", "it has no data yet; it has to be enabled in the account, and takes a day then"),
        ("LimitExceededException", "it was asked too often"),
        ("ExpiredTokenException", "the credentials have expired"),
        ("BillExpirationException", "it did not answer (BillExpirationException)"),
    ],
)
def test_an_error_is_a_gap_and_no_bill_of_nothing(access: Access, tmp_path: Path, code: str, words: str):
    access.stubber.add_client_error("get_cost_and_usage", code, "no")
    cache = tmp_path / "bills.json"
    bill = ask(access, cache=cache)
    assert bill.days == ()
    assert words in bill.gaps[0]
    assert bill.monthly("ApiGatewayMinute", "111122223333", "eu-west-1") is None
    assert not cache.exists()


def test_pages_are_read_up_to_a_bound(access: Access):
    answers(access, [day(1, EU__ApiGatewayMinute=(1, 4e6))], [day(2, EU__ApiGatewayMinute=(1, 4e6))], endless=True)
    bill = ask(access, most_pages=2)
    assert bill.gaps == ("The bill of eu-west-1 has more than 2 pages; it was not read whole.",)
    assert len(bill.days) == 2
    assert bill.monthly("ApiGatewayMinute", "111122223333", "eu-west-1") is None


def test_usage_types_have_regions_before_them_and_words_behind(access: Access):
    answers(
        access,
        [
            day(
                1,
                EU__ApiGatewayMinute=(1, 4e6),
                EU__ApiGatewayMessage=(2, 2e6),
                EU__ApiGatewayHttpRequest=(5, 5e6),
                NotApiGatewayMinute=(7, 7),
            )
            | {"Total": {}}
        ],
        [day(2, EU__ApiGatewayMinute=(1, 4e6))],
    )
    bill = ask(access)
    assert bill.gaps == ()
    assert bill.monthly("ApiGatewayMinute", "111122223333", "eu-west-1") == pytest.approx(8e6 * 730 / 48)
    assert bill.monthly("ApiGatewayMinute", "111122223333", "us-east-1") is None
    assert bill.monthly("ApiGatewayMinute", "999988887777", "eu-west-1") is None


def test_an_answer_of_today_is_not_paid_for_again(access: Access, tmp_path: Path):
    cache = tmp_path / "kept" / "bills.json"
    answers(access, [day(1, EU__ApiGatewayMinute=(1, 4e6))])
    first = ask(access, cache=cache)
    assert ask(access, cache=cache, now=NOW + timedelta(hours=11)) == first
    answers(access, [day(1, EU__ApiGatewayMinute=(2, 8e6))])
    tomorrow = ask(access, cache=cache, now=NOW + timedelta(hours=13))
    assert tomorrow.days[0].usd == 2
    assert len(json.loads(cache.read_text())) == 1


@pytest.mark.parametrize("content", ["", "{", "[{}]", '[{"schema_version": 2}]'])
def test_a_damaged_file_is_told_and_not_overwritten(access: Access, tmp_path: Path, content: str):
    cache = tmp_path / "bills.json"
    cache.write_text(content)
    with pytest.raises(BillNotRead, match="Delete it to ask Cost Explorer again"):
        ask(access, cache=cache)
    assert cache.read_text() == content


def test_what_it_costs_is_said_before():
    assert price_words([QUESTION], load_prices(), 10) == (
        "Cost Explorer is asked once. It takes $0.01 for each request and page: at least $0.01, at most $0.10."
    )
    assert "asked 3 times" in price_words([QUESTION] * 3, load_prices())


def test_days_that_may_still_change_are_not_asked_for():
    today = date(2026, 9, 10)
    assert askable(date(2026, 9, 1), date(2026, 9, 30), today) == Period(first=date(2026, 9, 1), last=date(2026, 9, 7))
    assert askable(date(2026, 9, 8), date(2026, 9, 30), today) is None
