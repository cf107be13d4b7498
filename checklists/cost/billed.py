"""Asks Cost Explorer what was billed. Each request and each page of it costs money, so it is asked only when a person
allowed it, says beforehand what it costs, stops after so many pages, and keeps the answer of a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from checklists.aws.access import AccountAccess
from checklists.aws.failures import failure
from checklists.cost.bill import LAG, Bill, BilledDay
from checklists.cost.kept_bills import keep_bill, kept_bills
from checklists.cost.measured import Period
from checklists.cost.prices import HOME, Prices
from migrator.inventory.record import Record

OPERATION: Final = "ce:GetCostAndUsage"
MOST_PAGES: Final = 10

SERVICES: Final = (
    "AWS Fargate",
    "Amazon API Gateway",
    "Amazon Elastic Container Service",
    "Amazon Elastic Load Balancing",
    "Elastic Load Balancing",
)
"""Cost Explorer takes no patterns, and does not mind names that it doesn't know: usage types are told apart here."""

RECORD_TYPES: Final = ("DiscountedUsage", "SavingsPlanCoveredUsage", "Usage")
"""Usage alone: no credits, refunds and taxes, which change without anything being used otherwise."""


class Question(Record):
    account: str
    region: str
    period: Period


def askable(first: date, last: date, today: date) -> Period | None:
    """The days of it that are billed by now; None when none is."""
    last = min(last, today - LAG - timedelta(days=1))
    return Period(first=first, last=last) if first <= last else None


def price_words(questions: Sequence[Question], prices: Prices, most_pages: int = MOST_PAGES) -> str:
    """To be said before it is asked."""
    each = prices.usd("cost_explorer.requests", HOME, 1)
    count = len(questions)
    return (
        f"Cost Explorer is asked {'once' if count == 1 else f'{count} times'}. It takes ${each:.2f} for each request "
        f"and page: at least ${each * count:.2f}, at most ${each * count * most_pages:.2f}."
    )


def ask_bill(
    access: AccountAccess,
    question: Question,
    *,
    now: datetime,
    most_pages: int = MOST_PAGES,
    cache: Path | None = None,
) -> Bill:
    """What could not be learned is a gap in the bill, never a bill of nothing.

    `cache`: a file that keeps answers, made when missing; one of the same UTC day is not paid for again. Gaps are not
    kept. Raises BillNotRead when the file is damaged.
    """
    for bill in kept_bills(cache) if cache else ():
        same = (bill.account, bill.region, bill.period) == (question.account, question.region, question.period)
        if same and bill.asked_at.astimezone(UTC).date() == now.astimezone(UTC).date():
            return bill
    bill = _asked(access, question, now, most_pages)
    if cache and not bill.gaps:
        keep_bill(cache, bill)
    return bill


def _asked(access: AccountAccess, question: Question, now: datetime, most_pages: int) -> Bill:
    days: list[BilledDay] = []
    gaps: tuple[str, ...] = ()
    token, pages = "", 0
    try:
        client: Any = access.client("ce", HOME)
        while True:
            more = {"NextPageToken": token} if token else {}
            answer = client.get_cost_and_usage(**_request(question), **more)
            pages += 1
            days.extend(_days(answer["ResultsByTime"]))
            token = answer.get("NextPageToken", "")
            if not token:
                break
            if pages >= most_pages:
                gaps = (f"The bill of {question.region} has more than {most_pages} pages; it was not read whole.",)
                break
    except (ClientError, BotoCoreError) as error:
        what = failure(error)
        gaps = (_gap_words(what.kind, what.code, question),)
    return Bill(
        account=question.account,
        region=question.region,
        period=question.period,
        asked_at=now,
        days=tuple(days),
        gaps=gaps,
    )


def _request(question: Question) -> dict[str, Any]:
    dimensions = {
        "LINKED_ACCOUNT": [question.account],
        "RECORD_TYPE": list(RECORD_TYPES),
        "REGION": [question.region],
        "SERVICE": list(SERVICES),
    }
    return {
        "TimePeriod": {
            "Start": question.period.first.isoformat(),
            "End": (question.period.last + timedelta(days=1)).isoformat(),
        },
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost", "UsageQuantity"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}],
        "Filter": {"And": [{"Dimensions": {"Key": key, "Values": values}} for key, values in dimensions.items()]},
    }


def _days(results: Iterable[dict[str, Any]]) -> Iterable[BilledDay]:
    for result in results:
        day = date.fromisoformat(result["TimePeriod"]["Start"])
        for group in result.get("Groups", ()):
            metrics = group["Metrics"]
            yield BilledDay(
                day=day,
                usage_type=group["Keys"][0],
                usd=float(metrics["UnblendedCost"]["Amount"]),
                quantity=float(metrics["UsageQuantity"]["Amount"]),
            )


def _gap_words(kind: str, code: str, question: Question) -> str:
    why = {
        "denied": f"{OPERATION} is not allowed",
        "not_enabled": "it has no data yet; it has to be enabled in the account, and takes a day then",
        "throttled": "it was asked too often",
        "expired": "the credentials have expired",
    }.get(kind, "it did not answer")
    return (
        f"Cost Explorer did not tell what account {question.account} was billed in {question.region}: {why} ({code})."
    )
