"""Alarms without the parts that are about what goes: only where that means the same."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from checklists.referrers.edits.alarms import COMPOSITE_INPUT, METRIC_ALARM_INPUT, alarm
from checklists.referrers.index import Index
from checklists.referrers.model import Change
from checklists.referrers.rules import alarm_names, without
from tests.checklists.referrers.board import REGION, Board, alarm_arn, chat, function_arn

A = ("AWS/Lambda", "Errors", {"FunctionName": "say"})
B = ("AWS/Lambda", "Errors", {"FunctionName": "rest"})
C = ("AWS/SQS", "Depth", {"QueueName": "orders"})
GONE = frozenset({function_arn("say")})


def _board(expression: str) -> Board:
    board = chat()
    board.function("rest")
    board.math_alarm("mixed", expression, a=A, b=B, c=C)
    return board


def _change(board: Board) -> Change:
    (change,) = alarm(Index(board.estate()), board.things[alarm_arn("mixed")], GONE)
    return change


@pytest.mark.parametrize(
    "expression",
    ["a / b", "a - b", "AVG([a, b])", "MIN([a, b, c])", "IF(a > 1, b, c)", "100 * (a + b)", "RATE(a)", "a", "AVG(METRICS())", "SUM([FILL(a, 0), b])", "SUM([b, FILL(a, 0)])"],
)  # fmt: skip
def test_an_expression_that_would_mean_something_else_is_left_to_a_person(expression: str) -> None:
    change = _change(_board(expression))
    assert (change.operation, change.parameters) == ("", {})
    assert "a" in change.words


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("a + b", "b"),
        ("a+b+c", "b + c"),
        ("b + a", "b"),
        ("SUM([a, b, c])", "SUM([b, c])"),
        ("MAX([b,a])", "MAX([b])"),
        ("SUM(METRICS())", "SUM(METRICS())"),
        ("b + c", "b + c"),
    ],
)
def test_a_sum_and_a_largest_value_go_on_without_what_is_nothing(expression: str, left: str) -> None:
    change = _change(_board(expression))
    assert change.operation == "cloudwatch.put_metric_alarm"
    queries: Any = change.parameters["Metrics"]
    assert [one["Id"] for one in queries] == ["b", "c", "e"]
    assert queries[-1]["Expression"] == left
    before: Any = change.undo_parameters["Metrics"]
    assert [one["Id"] for one in before] == ["a", "b", "c", "e"]


def test_an_alarm_whose_settings_are_not_known_is_left_to_a_person() -> None:
    board = _board("a + b")
    properties = board.things[alarm_arn("mixed")].properties
    del properties["EvaluationPeriods"]
    assert _change(board).operation == ""


@pytest.mark.parametrize(
    ("operation", "names"), [("PutMetricAlarm", METRIC_ALARM_INPUT), ("PutCompositeAlarm", COMPOSITE_INPUT)]
)
def test_an_alarm_that_is_put_again_loses_no_setting(operation: str, names: str) -> None:
    """What is not sent is reset. Tags are read only where an alarm is made."""
    takes = botocore.session.Session().get_service_model("cloudwatch").operation_model(operation).input_shape
    assert takes is not None
    assert set(takes.members) - {"Tags"} == set(names.split())  # type: ignore[attr-defined]


def test_only_what_the_operation_takes_is_sent() -> None:
    board = _board("a + b")
    board.with_properties(
        alarm_arn("mixed"), StateValue="OK", StateUpdatedTimestamp="x", AlarmDescription="d", AlarmActions=[], Unit=None
    )
    assert set(_change(board).parameters) == {
        "AlarmName", "AlarmDescription", "Metrics", "ComparisonOperator", "EvaluationPeriods", "Threshold",
    }  # fmt: skip


def test_an_alarm_about_nothing_that_goes_is_not_touched() -> None:
    board = _board("a + b")
    assert alarm(Index(board.estate()), board.things[alarm_arn("mixed")], frozenset()) == ()
    assert alarm(Index(board.estate()), board.things[alarm_arn("say-errors")], frozenset({REGION})) == ()


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("ALARM(a)", ["a"]),
        ('ALARM("a b") OR OK(c)', ["a b", "c"]),
        ("NOT (ALARM('x') AND INSUFFICIENT_DATA(y)) OR ALARM(x)", ["x", "y"]),
        ("ALARM(arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a)", ["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a"]),
        ("TRUE", []),
    ],
)  # fmt: skip
def test_the_alarms_of_a_rule(rule: str, names: list[str]) -> None:
    assert alarm_names(rule) == names


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("ALARM(a) OR ALARM(b)", "ALARM(b)"),
        ('ALARM(b) OR ALARM("a") OR ALARM(c)', "ALARM(b) OR ALARM(c)"),
        ("ALARM(a)", None),
        ("ALARM(a) AND ALARM(b)", None),
        ("ALARM(a) OR NOT ALARM(b)", None),
        ("ALARM(a) OR OK(b)", None),
        ("(ALARM(a) OR ALARM(b))", None),
        ("ALARM(a) OR ALARM(b) AND ALARM(c)", None),
    ],
)
def test_a_rule_without_an_alarm(rule: str, left: str | None) -> None:
    assert without(rule, frozenset({"a"})) == left
