"""What CloudWatch counted, over which windows, and that no datapoint is not 0."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.aws.metrics import MOST_QUERIES, window_of, windows_of
from checklists.aws.retention import LONGEST, MOST_POINTS
from tests.checklists.aws.answers import ACCOUNT, REGION, Answers, Refusal
from tests.checklists.aws.stand import CHAT, HANDLER, MONTH, NOW, PAYROLL, TABLE, account, arn, look

DAY = timedelta(days=1)


def data(result, *, more: dict | None = None):
    """Answers each query with what `result` makes of it."""

    def answer(parameters):
        return {"MetricDataResults": [result(parameters, query) for query in parameters["MetricDataQueries"]]} | (
            more or {}
        )

    return answer


def complete(query, timestamps=(), values=(), status="Complete"):
    return {"Id": query["Id"], "StatusCode": status, "Timestamps": [*timestamps], "Values": [*values]}


class TestWindows:
    @pytest.mark.parametrize(
        ("length", "period_s"),
        [
            (timedelta(hours=3), 60),
            (DAY, 60),
            (5 * DAY, 300),
            (14 * DAY, 3600),
            (MONTH, 3600),
            (62 * DAY, 3600),
            (90 * DAY, 86_400),
            (455 * DAY, 86_400),
            (1_000 * DAY, 86_400),
        ],
    )
    def test_periods_are_as_fine_as_is_kept_and_not_too_many(self, length, period_s):
        assert window_of(length, NOW).period_s == period_s

    @given(
        st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=900)),
        st.integers(1_600_000_000, 2_000_000_000),
    )
    def test_a_window_begins_with_a_period_no_later_than_asked_and_is_still_kept(self, length, seconds):
        now = datetime.fromtimestamp(seconds, UTC)
        window = window_of(length, now)
        assert window.end == now
        assert window.start.timestamp() % window.period_s == 0
        assert now - window.start <= LONGEST
        if length <= LONGEST - DAY:
            assert window.start <= now - length
        kept = {60: 15, 300: 63, 3600: 455, 86_400: 455}[window.period_s]
        assert now - length >= now - timedelta(days=kept) or length > LONGEST
        assert window.points <= 1_502

    def test_the_longest_is_measured_too_as_a_control(self):
        assert [one.period_s for one in windows_of(MONTH, NOW)] == [3600, 86_400]
        assert len(windows_of(LONGEST, NOW)) == 1


class TestCounts:
    def test_no_datapoint_is_not_zero(self):
        estate = look(account())
        assert estate.measurements
        assert all(one.total is None and one.last_at is None and one.days == () for one in estate.measurements)

    def test_zero_is_zero(self):
        zero = data(lambda _, query: complete(query, [NOW - DAY], [0.0]))
        estate = look(account(cloudwatch__GetMetricData=zero))
        assert {(one.total, one.last_at) for one in estate.measurements} == {(0.0, None)}

    def test_days_are_utc_and_the_last_sign_is_told(self):
        night = datetime(2026, 8, 30, 23, tzinfo=UTC)
        points = [night, night + timedelta(hours=1), night + timedelta(hours=2)]
        estate = look(
            account(cloudwatch__GetMetricData=data(lambda _, query: complete(query, points, [2.0, 3.0, 0.0])))
        )
        measured = estate.measurements_of(CHAT, "ConnectCount")[0]
        assert measured.total == 5.0
        assert measured.last_at == points[1]
        assert measured.days == ((date(2026, 8, 30), 2.0), (date(2026, 8, 31), 3.0))

    def test_pages_of_one_metric_are_put_together(self):
        def pages(parameters):
            ids = parameters["MetricDataQueries"]
            if "NextToken" not in parameters:
                first = [complete(one, [NOW - 2 * DAY], [1.0], "PartialData") for one in ids]
                return {"MetricDataResults": first, "NextToken": "more"}
            return {"MetricDataResults": [complete(one, [NOW - DAY], [2.0]) for one in ids]}

        estate = look(account(cloudwatch__GetMetricData=pages))
        assert {one.total for one in estate.measurements} == {3.0}
        assert not estate.gaps

    @pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
    def test_what_did_not_end_whole_is_a_gap_of_its_thing_and_no_measurement(self, status):
        def one_is_not_whole(_, query):
            of = query["MetricStat"]["Metric"]
            cut = of["MetricName"] == "ConnectCount" and len(of["Dimensions"]) == 1
            return complete(query, [NOW - DAY], [1.0], status if cut else "Complete")

        estate = look(account(cloudwatch__GetMetricData=data(one_is_not_whole)))
        assert estate.measurements_of(CHAT, "ConnectCount") == ()
        assert {(gap.subject, gap.code) for gap in estate.gaps} == {(CHAT, status)}
        assert not estate.known(frozenset({"cloudwatch:GetMetricData"}), ACCOUNT, REGION, CHAT)
        assert estate.known(frozenset({"cloudwatch:GetMetricData"}), ACCOUNT, REGION, TABLE)

    def test_a_metric_that_is_not_answered_at_all_is_a_gap(self):
        estate = look(account(cloudwatch__GetMetricData={"MetricDataResults": []}))
        assert estate.measurements == ()
        assert {gap.message.rpartition(" ended as ")[2] for gap in estate.gaps} == {"unanswered"}

    def test_a_batch_that_fails_leaves_no_measurement(self):
        estate = look(account(cloudwatch__GetMetricData=Refusal("Throttling")))
        assert estate.measurements == ()
        assert [gap.kind for gap in estate.gaps] == ["throttled"]


def test_what_is_measured_of_which_thing():
    measured = {
        (one.subject, one.namespace, one.metric, tuple(one.dimensions.items())) for one in look(account()).measurements
    }
    api, stage = {"ApiId": "chat123456"}, {"ApiId": "chat123456", "Stage": "prod"}
    for metric in ("ConnectCount", "MessageCount", "ClientError", "ExecutionError", "IntegrationError"):
        assert (CHAT, "AWS/ApiGateway", metric, tuple(api.items())) in measured
        assert (f"{CHAT}/stages/prod", "AWS/ApiGateway", metric, tuple(stage.items())) in measured
    assert (HANDLER, "AWS/Lambda", "Invocations", (("FunctionName", "chat-send"),)) in measured
    assert (TABLE, "AWS/DynamoDB", "TimeToLiveDeletedItemCount", (("TableName", "chat-connections"),)) in measured
    index = (("TableName", "chat-connections"), ("GlobalSecondaryIndexName", "by-room"))
    assert (TABLE, "AWS/DynamoDB", "ConsumedReadCapacityUnits", index) in measured
    group = arn("logs", "log-group:/aws/lambda/chat-send")
    assert (group, "AWS/Logs", "IncomingLogEvents", (("LogGroupName", "/aws/lambda/chat-send"),)) in measured
    assert not any(subject == PAYROLL for subject, *_ in measured)


def test_batches_keep_to_the_bounds_of_a_request():
    apis = [{"ApiId": f"api{number:07}", "ProtocolType": "WEBSOCKET"} for number in range(60)]
    answers = Answers(account(apigatewayv2__GetApis={"Items": apis}, apigatewayv2__GetIntegrations={"Items": []}))
    estate = look(answers, window=timedelta(hours=1), services=frozenset({"apigatewayv2", "cloudwatch"}))
    asked = [parameters for _, operation, parameters in answers.asked if operation == "cloudwatch:GetMetricData"]
    assert len(asked) > 3
    assert max(len(one["MetricDataQueries"]) for one in asked) == MOST_QUERIES
    for one in asked:
        period = one["MetricDataQueries"][0]["MetricStat"]["Period"]
        points = (one["EndTime"] - one["StartTime"]).total_seconds() / period
        assert len(one["MetricDataQueries"]) * points <= MOST_POINTS
    assert len(estate.measurements) == sum(len(one["MetricDataQueries"]) for one in asked)
