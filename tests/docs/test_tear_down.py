"""The how-to on tearing down an API works as it is written, in an AWS in this process."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checklists.aws.access import AccountAccess
from migrator.cli import cli
from migrator.commands.teardown_acting import settings_of_app
from migrator.errors import WsSseError
from tests.awsfake import ACCOUNT, FakeAws, fake_aws
from tests.awsfake.estates import chat
from tests.awsfake.estates.chat import Chat
from tests.docs.typed import Page
from tests.running import CHAT

PAGE = Page("docs/how-to/tear-down-one-api.md", {})


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """Who types has the account's credentials, and the time is the fake's."""
    with fake_aws(page_size=50) as world:
        access = AccountAccess(world.session())  # one for all: its models of the services take long to read
        monkeypatch.setattr("checklists.aws.access.by_default", lambda: access)
        monkeypatch.setattr("checklists.teardown.clock.time.sleep", world.clock.sleep)
        yield world


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(CHAT, tmp_path / "chat")
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.text, re.DOTALL)
    shorter = block.replace("[1, 10, 60, 1440]", "[1, 60]")
    assert shorter != block
    (tmp_path / "chat" / "ws2sse.toml").write_text(shorter.replace("[teardown]", "[teardown]\npoll_s = 3600"))
    monkeypatch.chdir(tmp_path / "chat")
    return tmp_path / "chat"


def typed(name: str, answer: str = "", more: str = "") -> Result:
    """The last command of a block. `answer`: what is typed when it asks."""
    result = None
    for line in PAGE.block(name).splitlines():
        words = shlex.split(f"{line} {more}")
        assert words[0] == "ws2sse"
        result = CliRunner().invoke(cli, words[1:], input=f"{answer}\n")
        expected = result.exception is None or isinstance(result.exception, SystemExit | WsSseError)
        assert expected, repr(result.exception)
    assert result is not None
    return result


def deployed(aws: FakeAws) -> Chat:
    """Made by hand, and idle for two months."""
    built = chat(aws, in_stack=False)
    aws.traffic.visit(built.api, "dev", times=20)
    aws.clock.advance(days=60)
    return built


def test_the_settings_of_the_page_are_understood(app: Path) -> None:
    settings, _path = settings_of_app(app)
    assert settings.accounts == (ACCOUNT,)
    assert settings.quiet == timedelta(days=31)


@pytest.mark.slow
def test_an_api_is_torn_down_as_the_page_says(aws: FakeAws, app: Path) -> None:
    built = deployed(aws)
    planned = typed("plan")
    assert planned.exit_code == 0, planned.output
    assert "Delete the API tenant-chat-dev" in planned.output
    reviewed = typed("review")
    assert "apigateway:DELETE" in reviewed.output
    assert "delete-api" in (app / "teardown.sh").read_text()
    assert not aws.calls.writes()

    tried = typed("try")
    assert tried.exit_code == 0, tried.output
    assert "Nothing was done" in tried.output
    assert not aws.calls.writes()

    refused = typed("act", answer="prod")
    assert refused.exit_code != 0
    assert not aws.calls.writes()

    begun = typed("act", answer="example")
    assert begun.exit_code == 3, begun.output
    assert "Come back after" in begun.output
    assert not aws.calls.of("*:Delete*Api")
    assert typed("status").exit_code == 3

    aws.clock.advance(days=31, minutes=5)
    later = typed("later", answer="example")
    assert later.exit_code == 3, later.output
    assert aws.calls.of("apigatewayv2:DeleteApi")
    assert built.table not in aws.client("dynamodb").list_tables()["TableNames"]
    number = next(re.findall(r"Step (\d+), Take what is gone", later.output).__iter__())
    aws.clock.advance(days=31)
    assert PAGE.text.count("--done 24") == 1
    done = CliRunner().invoke(cli, ["teardown", "apply", ".", "--no-dry-run", "--done", number], input="example\n")
    assert done.exit_code == 0, done.output
    assert aws.client("lambda").list_functions()["Functions"] == []
    assert typed("status").exit_code == 0


@pytest.mark.slow
def test_it_is_taken_back_as_the_page_says(aws: FakeAws, app: Path) -> None:
    built = deployed(aws)
    assert typed("plan").exit_code == 0
    assert typed("act", answer="example").exit_code == 3
    assert aws.traffic.visit(built.api, "dev").door != "open"

    taken = typed("undo", answer="example")
    assert taken.exit_code == 0, taken.output
    assert aws.traffic.visit(built.api, "dev").door == "open"
    assert {alarm["ActionsEnabled"] for alarm in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]} == {True}
