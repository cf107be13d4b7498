"""Signs of life beside the WebSocket path."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checklists.referrers.life import Lives
from tests.checklists.referrers.board import API, BUSY, Board, function_arn, table_arn

SAY = function_arn("say")
DAY = timedelta(days=1)


def _life(board: Board, arn: str = SAY):
    return Lives(board.estate(), [API]).of(board.things[arn])


@pytest.mark.parametrize("runs", [(), (BUSY,), (BUSY, BUSY + DAY)])
def test_running_with_the_api_is_no_other_life(runs: tuple) -> None:
    board = Board()
    board.api()
    board.function("say", runs=runs)
    assert (_life(board).why, _life(board).missing) == ("", ())


@pytest.mark.parametrize("day", [BUSY - DAY, BUSY + 2 * DAY, BUSY + 20 * DAY])
def test_running_in_silence_is(day) -> None:
    board = Board()
    board.api()
    board.function("say", runs=(BUSY, day))
    assert _life(board).why == f"Invocations was above 0 on {day}, while the WebSocket APIs were silent."


def test_an_index_that_is_read_in_silence_is_life_of_its_table() -> None:
    board = Board()
    board.api()
    board.table("connections")
    board.measured(table_arn("connections"), "AWS/DynamoDB", "ConsumedReadCapacityUnits", BUSY + 9 * DAY)
    assert "ConsumedReadCapacityUnits was above 0" in _life(board, table_arn("connections")).why


@pytest.mark.parametrize("without", ["Invocations", "MessageCount", "ConnectCount"])
def test_what_was_not_measured_is_told(without: str) -> None:
    board = Board()
    board.api()
    board.function("say")
    board.measurements = [one for one in board.measurements if one.metric != without]
    assert len(_life(board).missing) == 1
    assert without in _life(board).missing[0]


def test_a_sum_that_lies_on_no_day_is_placed_by_when_it_was_last_above_0() -> None:
    board = Board()
    board.api()
    board.function("say")
    (one,) = [one for one in board.measurements if one.subject == SAY]
    rest = [each for each in board.measurements if each is not one]
    last = datetime(BUSY.year, BUSY.month, BUSY.day, 9, tzinfo=UTC)
    board.measurements = [*rest, one.model_copy(update={"days": (), "last_at": last})]
    assert (_life(board).why, _life(board).missing) == ("", ())
    board.measurements = [*rest, one.model_copy(update={"days": (), "last_at": last + 9 * DAY})]
    assert _life(board).why
    board.measurements = [*rest, one.model_copy(update={"days": (), "last_at": None})]
    assert _life(board).missing == ("days of metric Invocations of say",)


def test_an_api_that_was_never_used_explains_nothing() -> None:
    board = Board()
    board.api(busy=())
    board.function("say")
    assert _life(board).why
    (one,) = [one for one in board.measurements if one.subject == SAY]
    rest = [each for each in board.measurements if each is not one]
    board.measurements = [*rest, one.model_copy(update={"days": (), "last_at": None})]
    assert _life(board).why == "Invocations is 7, and the WebSocket APIs were silent."


def test_of_a_log_group_that_anybody_may_write_to_the_events_have_to_be_measured() -> None:
    board = Board()
    board.api()
    own, other = board.log_group("/aws/lambda/say"), board.log_group("/access")
    assert _life(board, own).missing == ()
    assert _life(board, other).missing == ("metric IncomingLogEvents of /access",)
    board.measured(other, "AWS/Logs", "IncomingLogEvents", BUSY + 9 * DAY)
    assert _life(board, other).why
