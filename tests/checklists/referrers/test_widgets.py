"""Widgets of dashboards: abbreviated metrics, searches, alarms, logs and texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checklists.referrers.edits.dashboards import dashboard, without
from checklists.referrers.index import Index
from checklists.referrers.metrics import Metrics
from checklists.referrers.widgets import Widgets, entries
from tests.checklists.referrers.board import (
    ACCOUNT,
    API,
    API_ID,
    REGION,
    alarm_arn,
    chat,
    dashboard_arn,
    function_arn,
)

SAY, GROUP = function_arn("say"), f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/say"


def _reader() -> Widgets:
    board = chat()
    board.function("rest")
    board.log_group("/aws/lambda/rest")
    arn = board.dashboard("ops")
    estate = board.estate()
    found = estate.thing(arn)
    assert found is not None
    return Widgets(Metrics(Index(estate)), found)


def _widget(type_: str = "metric", **properties: Any) -> dict[str, Any]:
    return {"type": type_, "x": 0, "properties": {"region": REGION, **properties}}


def test_dots_repeat_what_stands_above() -> None:
    written = entries(
        [
            ["AWS/Lambda", "Errors", "FunctionName", "a", {"id": "m1"}],
            [{"expression": "m1 * 2", "id": "e1"}],
            [".", "Invocations", ".", "."],
            ["...", "b", {"stat": "Sum"}],
            ["AWS/SQS", "Depth"],
            [".", "."],
            "not a row",
        ]
    )
    assert [one.values for one in written] == [
        ("AWS/Lambda", "Errors", "FunctionName", "a"),
        (),
        ("AWS/Lambda", "Invocations", "FunctionName", "a"),
        ("AWS/Lambda", "Invocations", "FunctionName", "b"),
        ("AWS/SQS", "Depth"),
        ("AWS/SQS", "Depth"),
    ]
    assert written[3].options == {"stat": "Sum"}, "options are not repeated"


@pytest.mark.parametrize(
    ("widget", "subjects"),
    [
        (_widget(metrics=[["AWS/ApiGateway", "MessageCount", "ApiId", API_ID]]), {API}),
        (_widget(metrics=[["AWS/ApiGateway", "MessageCount", "ApiId", API_ID, "Stage", "prod"]]), {API}),
        (_widget(metrics=[["AWS/Lambda", "Errors"]]), {"metric:AWS/Lambda/Errors"}),
        (_widget(metrics=[["AWS/Lambda", "Errors", "FunctionName", "say", {"region": "us-east-1"}]]),
         {"metric:AWS/Lambda/Errors FunctionName=say"}),
        (_widget(metrics=[[{"expression": f"SEARCH('{{AWS/ApiGateway,ApiId}} ApiId=\"{API_ID}\"', 'Sum', 60)"}]]), {API}),
        (_widget(metrics=[[{"expression": "SEARCH('{AWS/Lambda,FunctionName} MetricName=\"Errors\"', 'Sum', 60)"}]]),
         {"metric:search"}),
        (_widget(metrics=[[{"expression": "SEARCH('FunctionName=\"say\" OR FunctionName=\"x\"', 'Sum', 60)"}]]),
         {SAY, "metric:search"}),
        (_widget("alarm", alarms=[alarm_arn("say-errors"), alarm_arn("x")]),
         {alarm_arn("say-errors"), f"metric:alarm {alarm_arn('x')}"}),
        (_widget(annotations={"alarms": [alarm_arn("say-errors")]}), {alarm_arn("say-errors")}),
        (_widget("log", query="SOURCE '/aws/lambda/say' | SOURCE '/x' | fields @message"), {GROUP, "metric:log group /x"}),
        (_widget("log", query="SOURCE logGroups(namePrefix: ['/aws']) | fields @message"), {"metric:search"}),
        (_widget("text", markdown="# Operations"), set()),
        (_widget("text", markdown=f"See wss://{API_ID}.execute-api.{REGION}.amazonaws.com/prod, [say]({SAY})."), {API, SAY}),
        (_widget("explorer", metrics=[]), {"metric:explorer widget"}),
    ],
)  # fmt: skip
def test_a_widget_is_about(widget: dict[str, Any], subjects: set[str]) -> None:
    assert set(_reader().subjects(widget)) == subjects


@pytest.mark.parametrize(
    "widget",
    [
        _widget("text", markdown=SAY),
        _widget("explorer", metrics=[["AWS/Lambda", "Errors", "FunctionName", "say"]]),
        _widget(metrics=[["AWS/Lambda", "Errors", "FunctionName", "rest"], ["AWS/Lambda", "Errors"]]),
        _widget(metrics=[[{"expression": "SEARCH('FunctionName=\"say\" OR FunctionName=\"x\"', 'Sum', 60)"}]]),
        _widget(metrics=[[{"expression": "SEARCH('{AWS/Lambda,FunctionName} FunctionName=say', 'Sum', 60)"}]]),
        _widget(
            metrics=[
                ["AWS/Lambda", "Errors", "FunctionName", "say", {"id": "m1", "visible": False}],
                ["...", "rest", {"id": "m2", "visible": False}],
                [{"expression": "m1 / m2", "id": "e1"}],
            ]
        ),
        _widget(
            metrics=[
                ["AWS/Lambda", "Errors", "FunctionName", "say", {"id": "m1", "visible": False}],
                ["...", "rest", {"id": "m2", "visible": False}],
                [{"expression": "100 * m1 / SUM(METRICS())", "id": "e1"}],
            ]
        ),
        _widget("log", query="SOURCE '/aws/lambda/rest' | fields @message"),
        {"type": "metric", "properties": "no object"},
        {},
    ],
)
def test_a_widget_that_only_a_person_can_change_stays_as_it_is(widget: dict[str, Any]) -> None:
    assert without(_reader(), widget, frozenset({SAY, GROUP})) == widget


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_widget(metrics=[["AWS/Lambda", "Errors", "FunctionName", "say"]]), None),
        (_widget(metrics=[["AWS/Lambda", "Errors", "FunctionName", "say"]], annotations={"horizontal": [{"value": 1}]}), None),
        (_widget("log", query="SOURCE '/aws/lambda/say' | fields @message"), None),
        (_widget("alarm", alarms=[alarm_arn("say-errors")]), None),
        (
            _widget("log", query="SOURCE '/aws/lambda/say' | SOURCE '/aws/lambda/rest' | fields @message"),
            _widget("log", query="SOURCE '/aws/lambda/rest' | fields @message"),
        ),
        (
            _widget("log", query="SOURCE '/aws/lambda/rest' | SOURCE '/aws/lambda/say' | fields @message"),
            _widget("log", query="SOURCE '/aws/lambda/rest' | fields @message"),
        ),
        (
            _widget(
                metrics=[
                    ["AWS/Lambda", "Errors", "FunctionName", "say", {"id": "m1"}],
                    [{"expression": "m1 * 100", "id": "e1"}],
                    ["...", "rest"],
                ]
            ),
            _widget(metrics=[["AWS/Lambda", "Errors", "FunctionName", "rest"]]),
        ),
        (
            _widget(metrics=[["AWS/SQS", "Depth"]], annotations={"alarms": [alarm_arn("say-errors")]}),
            _widget(metrics=[["AWS/SQS", "Depth"]]),
        ),
    ],
)  # fmt: skip
def test_a_widget_without_what_goes(before: dict[str, Any], after: dict[str, Any] | None) -> None:
    assert without(_reader(), before, frozenset({SAY, GROUP, alarm_arn("say-errors")})) == after


def test_everything_of_a_body_that_is_not_about_it_stays_byte_for_byte() -> None:
    board = chat()
    other = _widget(metrics=[["AWS/SQS", "Depth", "QueueName", "ü<b>"]])
    board.dashboard("ops", _widget(metrics=[["AWS/Lambda", "Errors", "FunctionName", "say"]]), other)
    body = {
        "start": "-PT6H",
        "periodOverride": "auto",
        "widgets": board.things[dashboard_arn("ops")].properties["Body"]["widgets"],
    }  # type: ignore[index, call-overload]
    board.with_properties(dashboard_arn("ops"), Body=body)
    (change,) = dashboard(Index(board.estate()), board.things[dashboard_arn("ops")], frozenset({SAY}))
    assert json.loads(str(change.parameters["DashboardBody"])) == {**body, "widgets": [other]}
    assert json.loads(str(change.undo_parameters["DashboardBody"])) == body


def test_what_a_person_has_to_change_is_said() -> None:
    board = chat()
    board.dashboard("ops", _widget("text", markdown=f"[logs]({SAY})"), _widget(metrics=[["AWS/SQS", "Depth"]]))
    (change,) = dashboard(Index(board.estate()), board.things[dashboard_arn("ops")], frozenset({SAY}))
    assert change.operation == ""
    assert "widget 1" in change.words
