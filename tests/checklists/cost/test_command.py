"""`ws2sse checklist` with a survey and bills that were saved: its cost is reckoned with prices of one's own."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checklists.cost.bill import Bill, BilledDay
from checklists.cost.errors import PricesInvalid
from checklists.cost.kept_bills import keep_bill, kept_bills
from checklists.cost.measured import Period
from checklists.idle.callers import AccessLogNotRead
from migrator.cli import cli
from tests.checklists.cost.stand import ACCOUNT, REGION, estate, traffic

TEMPLATE = """\
Resources:
  Chat:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: chat, ProtocolType: WEBSOCKET}
"""
FIRST, LAST = date(2026, 8, 1), date(2026, 8, 28)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "ws2sse.toml").write_text('[checklist]\napis = ["chat123"]\n[cost]\nload_balancer = "shared"\n')
    (folder / "estate.json").write_text(estate(traffic(365_000, 6e6)).model_dump_json())
    return folder


def run(app: Path, *arguments: str) -> Result:
    words = ["checklist", str(app), "--format", "json", "--today", "2026-09-01", *arguments]
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def test_asking_for_bills_needs_an_account(app: Path):
    result = run(app, "--estate", str(app / "estate.json"), "--billed")
    assert result.exit_code == 2
    assert "--billed asks the account: give --aws too" in result.stderr


def test_prices_that_cannot_be_used_end_it(app: Path):
    (app / "prices.json").write_text("{}")
    with pytest.raises(PricesInvalid):
        run(app, "--estate", str(app / "estate.json"), "--prices", str(app / "prices.json"))


def test_prices_settings_and_kept_bills_are_taken(app: Path):
    prices = {
        "schema_version": 1,
        "read_on": "2026-01-02",
        "regions": {"us-east-1": {"websocket.messages": [[None, 2]]}},
    }
    (app / "prices.json").write_text(json.dumps(prices))
    days = [FIRST + timedelta(days=n) for n in range(28)]
    keep_bill(
        app / "bills.json",
        Bill(
            account=ACCOUNT,
            region=REGION,
            period=Period(first=FIRST, last=LAST),
            asked_at=datetime(2026, 9, 1, tzinfo=UTC),
            days=tuple(BilledDay(day=one, usage_type="USE1-ApiGatewayMinute", usd=1, quantity=24e5) for one in days),
        ),
    )
    assert len(kept_bills(app / "bills.json")) == 1
    files = ("--prices", str(app / "prices.json"), "--bills", str(app / "bills.json"))
    cost = json.loads(run(app, "--estate", str(app / "estate.json"), *files).stdout)["cost"]
    lines = {line["item"]: line for line in cost["before"]["lines"]}
    assert cost["prices_of"] == "2026-01-02"
    assert lines["API Gateway WebSocket messages"]["usd"] == pytest.approx(6.73 * 2)
    assert lines["API Gateway connection minutes"]["quantity"] == pytest.approx(73.0)
    assert lines["API Gateway connection minutes"]["source"] == "billed"
    assert cost["targets"][0]["words"].startswith("a shared load balancer")


def test_the_policy_allows_to_ask_for_bills_only_when_that_is_wanted():
    def actions(*more: str) -> set[str]:
        policy = json.loads(CliRunner().invoke(cli, ["checklist", "iam-policy", *more]).stdout)
        return {action for statement in policy["Statement"] for action in statement["Action"]}

    assert actions("--billed") - actions() == {"ce:GetCostAndUsage"}


def test_who_still_comes_is_read_from_an_access_log(app: Path):
    log = app / "access.log"
    with pytest.raises(AccessLogNotRead):
        run(app, "--estate", str(app / "estate.json"), "--access-log", str(log))
    log.write_text('203.0.113.7 - - [10/Sep/2026:10:00:00 +0000] "CONNECT $connect abc=" 200 req-1\n' * 2)
    (proof,) = json.loads(run(app, "--estate", str(app / "estate.json"), "--access-log", str(log)).stdout)["idle"]
    assert proof["callers"] == ["203.0.113.7: 2 times"]
