"""`ws2sse checklist --prices`, `--billed` and `--bills`: what a cost is reckoned with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from checklists.cost.billed_change import needed
from checklists.cost.kept_bills import kept_bills
from checklists.cost.measured import Period
from checklists.cost.prices import load_prices
from checklists.cost.target import Target
from migrator.commands.checklist_survey import Asked as AskedSurvey
from migrator.commands.options import FILE_PATH, as_one
from migrator.console import say

if TYPE_CHECKING:
    from checklists.aws.estate import Estate
    from checklists.cost.bill import Bill

_OPTIONS = (
    click.option("--prices", type=FILE_PATH, help="Prices of your own, in the place of the list prices."),
    click.option(
        "--billed",
        is_flag=True,
        help="Ask Cost Explorer too, which takes $0.01 for each request and page. Needs --aws.",
    ),
    click.option("--bills", type=FILE_PATH, help="File that keeps what was billed: a day is not paid for twice."),
)


@dataclass(frozen=True)
class AskedCost:
    prices: Path | None
    billed: bool
    bills: Path | None


LIST_PRICES: Final = AskedCost(prices=None, billed=False, bills=None)


cost_options = as_one("asked_cost", AskedCost, *_OPTIONS)


def bills_of(
    asked: AskedCost, survey: AskedSurvey, estate: Estate | None, target: Target, *, now: datetime, window: timedelta
) -> tuple[Bill, ...]:
    """Those that are asked for now, after it was said what that costs; else those that the file keeps.

    Raises BillNotRead, UsageError and NotWritable.
    """
    if asked.billed and not survey.aws:
        raise click.UsageError(
            "--billed asks the account: give --aws too, or read what was billed before with --bills."
        )
    if estate is None or not asked.billed:
        return kept_bills(asked.bills) if estate and asked.bills else ()
    from checklists.cost.billed import Question, ask_bill, askable, price_words  # noqa: PLC0415 - boto3 only with --aws
    from migrator.commands.checklist_survey import accesses  # noqa: PLC0415

    days = _days(target, now, window)
    period = askable(days.first, days.last, now.date())
    if period is None:
        say(f"Nothing is asked of Cost Explorer: no day from {days.first} on is billed and settled yet.")
        return ()
    places = sorted({(api.account, api.region) for api in estate.websocket_apis()})
    questions = [Question(account=account, region=region, period=period) for account, region in places]
    if questions:
        say(price_words(questions, load_prices(asked.prices)))
    reached = {one.label: one for one in accesses(survey)}
    labels = {account.id: account.profile for account in estate.accounts}
    return tuple(ask_bill(reached[labels[one.account]], one, now=now, cache=asked.bills) for one in questions)


def _days(target: Target, now: datetime, window: timedelta) -> Period:
    """What has to be compared; else what counts as before; else what the survey measures."""
    if double_run := Period.of(target.double_run):
        return needed(double_run)
    if before := Period.of(target.before):
        return before
    return Period(first=(now - window).date(), last=now.date())
