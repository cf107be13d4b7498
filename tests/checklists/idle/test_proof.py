"""A stage is idle only when nobody came for long enough, and somebody would have been seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checklists.aws.estate import Estate
from checklists.aws.types import STAGE
from checklists.idle.model import IdleProof
from checklists.idle.proof import WHOLE_API, idle_proof, worst
from tests.checklists.idle.stand import (
    BUSY_BEFORE,
    CHAT,
    CONNECTIONS,
    DAY,
    HANDLER,
    HOUR,
    NOW,
    PROD,
    THINGS,
    WINDOW,
    estate,
    gap,
    route,
    thing,
)


def prove(of: Estate, *, stage: str = "prod", window: timedelta = WINDOW, now: datetime = NOW, **more) -> IdleProof:
    return idle_proof(of, CHAT, stage, window=window, now=now, handlers={HANDLER}, tables={CONNECTIONS}, **more)


def with_counts(**counts: dict[datetime, float]) -> dict[str, dict[datetime, float]]:
    return {**BUSY_BEFORE, **{name.replace("_", " "): points for name, points in counts.items()}}


class TestNoData:
    def test_nothing_counted_is_no_zero_when_nothing_ever_was(self):
        proof = prove(estate({}))
        assert proof.verdict == "no_data"
        assert proof.control == ""
        assert "nothing shows that it would have been" in proof.why

    @pytest.mark.parametrize("series", ["prod ConnectCount", "prod MessageCount", "handler Invocations"])
    def test_a_metric_that_was_not_measured(self, series: str):
        proof = prove(estate(BUSY_BEFORE, without=frozenset({series})))
        assert proof.verdict == "no_data"
        assert f"{series.split()[1]} of" in proof.why

    def test_a_table_whose_reads_were_not_measured(self):
        assert prove(estate(BUSY_BEFORE, without=frozenset({"table ConsumedReadCapacityUnits"}))).verdict == "no_data"

    def test_reads_through_an_index_that_nobody_measured(self):
        indexed = thing(CONNECTIONS, "AWS::DynamoDB::Table", "connections", GlobalSecondaryIndexes=[{"IndexName": "u"}])
        things = (*(one for one in THINGS if one.arn != CONNECTIONS), indexed)
        proof = prove(estate(BUSY_BEFORE, things=things))
        assert proof.verdict == "no_data"
        assert "connections / u was not measured" in proof.why

    def test_a_window_shorter_than_14_days(self):
        proof = prove(estate(BUSY_BEFORE), window=13 * DAY)
        assert (proof.verdict, "14 days" in proof.why) == ("no_data", True)

    def test_a_window_shorter_than_the_business_cycle(self):
        assert prove(estate(BUSY_BEFORE), business_cycle=31 * DAY).verdict == "no_data"

    def test_a_window_longer_than_what_was_measured(self):
        proof = prove(estate({"live MessageCount": {NOW - DAY: 5.0}}), window=450 * DAY)
        assert (proof.verdict, "measured only from" in proof.why) == ("no_data", True)

    def test_a_stage_that_was_made_within_the_window(self):
        things = (*(one for one in THINGS if one.arn != PROD), thing(PROD, STAGE, "prod", made=NOW - 20 * DAY))
        assert "within the window" in prove(estate(BUSY_BEFORE, things=things)).why

    def test_a_stage_of_which_nobody_knows_when_it_was_made(self):
        things = (*(one for one in THINGS if one.arn != PROD), thing(PROD, STAGE, "prod", made=None))
        assert prove(estate(BUSY_BEFORE, things=things)).verdict == "no_data"

    def test_a_stage_that_does_not_stand(self):
        things = tuple(one for one in THINGS if one.arn != PROD)
        assert "no stage prod" in prove(estate(BUSY_BEFORE, things=things)).why

    def test_datapoints_that_cloudwatch_keeps_no_longer(self):
        proof = prove(estate(BUSY_BEFORE, period_s=60, long_period_s=60))
        assert proof.verdict == "no_data"
        assert "periods of 60 s, which CloudWatch keeps for 15 days" in proof.why

    def test_a_control_older_than_its_datapoints_can_be(self):
        """A point of 300 s can't be 90 days old."""
        proof = prove(estate(BUSY_BEFORE, period_s=300, long_period_s=300))
        assert (proof.verdict, proof.control) == ("no_data", "")

    def test_an_old_survey(self):
        assert "too old" in prove(estate(BUSY_BEFORE), now=NOW + 2 * DAY).why

    def test_measurements_that_end_before_the_last_connections_did(self):
        of = estate(BUSY_BEFORE)
        later = of.model_copy(update={"started_at": NOW + 2 * HOUR, "finished_at": NOW + 2 * HOUR})
        proof = prove(later, now=NOW + 2 * HOUR)
        assert (proof.verdict, "more than an hour before" in proof.why) == ("no_data", True)

    @pytest.mark.parametrize("operation", ["cloudwatch:GetMetricData", "apigatewayv2:GetRoutes"])
    def test_what_was_never_asked(self, operation: str):
        proof = prove(estate(BUSY_BEFORE, unasked=frozenset({operation})))
        assert proof.verdict == "no_data"
        assert operation in proof.why

    def test_an_api_that_the_survey_lacks(self):
        assert idle_proof(estate({}), CHAT + "x", "prod", window=WINDOW, now=NOW).verdict == "no_data"

    def test_without_a_connect_route_connects_earlier_prove_nothing(self):
        """ConnectCount counts what goes to the integration of $connect."""
        things = tuple(one for one in THINGS if one.name != "$connect")
        counts = {"prod ConnectCount": {NOW - 90 * DAY: 3.0}}
        assert prove(estate(counts, things=things)).verdict == "no_data"

    def test_a_connect_route_without_an_integration_is_none(self):
        things = (*(one for one in THINGS if one.name != "$connect"), route("$connect", None))
        counts = {"prod ConnectCount": {NOW - 90 * DAY: 3.0}}
        assert prove(estate(counts, things=things)).verdict == "no_data"


class TestError:
    @pytest.mark.parametrize("operation", ["cloudwatch:GetMetricData", "apigatewayv2:GetStages"])
    @pytest.mark.parametrize("subject", ["", CHAT, PROD])
    def test_a_gap(self, operation: str, subject: str):
        proof = prove(estate(BUSY_BEFORE, gap(operation, subject)))
        assert proof.verdict == "error"
        assert "(denied)" in proof.why

    @pytest.mark.parametrize("subject", [HANDLER, CONNECTIONS])
    def test_a_gap_behind_the_api(self, subject: str):
        assert prove(estate(BUSY_BEFORE, gap(subject=subject))).verdict == "error"

    def test_a_survey_from_the_future(self):
        assert "in the future" in prove(estate(BUSY_BEFORE), now=NOW - HOUR).why

    def test_counts_that_cannot_be(self):
        of = estate(with_counts(prod_MessageCount={NOW - 60 * DAY: -2.0}))
        assert prove(of).verdict == "error"

    def test_times_without_a_zone_are_not_taken(self):
        with pytest.raises(ValueError, match="timezone"):
            Estate.model_validate({**estate({}).model_dump(), "finished_at": "2026-09-01T12:00:00"})


class TestRefutes:
    @pytest.mark.parametrize(
        "series",
        [
            "prod ConnectCount",
            "prod MessageCount",
            "handler Invocations",
            "table ConsumedReadCapacityUnits",
            "table ConsumedWriteCapacityUnits",
        ],
    )
    @pytest.mark.parametrize("ago", [HOUR, 10 * DAY, WINDOW])
    def test_any_sign_of_life_in_the_window(self, series: str, ago: timedelta):
        proof = prove(estate({**BUSY_BEFORE, series: {NOW - ago: 1.0}}))
        assert proof.verdict == "refutes"
        assert proof.last_seen == NOW - ago

    def test_life_in_a_day_that_the_window_cuts_and_nothing_finer_tells_of(self):
        counts = with_counts(prod_MessageCount={NOW - WINDOW - HOUR: 1.0})
        assert prove(estate(counts)).verdict == "supports"
        assert prove(estate(counts, period_s=86_400)).verdict == "refutes"

    def test_life_is_told_even_where_something_could_not_be_asked(self):
        of = estate(with_counts(prod_MessageCount={NOW - DAY: 7.0}), gap(), without=frozenset({"prod ConnectCount"}))
        proof = prove(of)
        assert proof.verdict == "refutes"
        assert "MessageCount of stage prod 7" in proof.why


class TestSupports:
    def test_nothing_for_30_days_and_much_before(self):
        proof = prove(estate(BUSY_BEFORE))
        assert proof.verdict == "supports"
        assert proof.last_seen == datetime(2026, 6, 3, tzinfo=UTC)
        assert (proof.start, proof.end) == (NOW - WINDOW, NOW)
        assert proof.control == (
            "ConnectCount of stage prod was 1,200 before the window, and last more than 0 on 2026-06-03."
        )
        assert proof.why == (
            "Nothing was counted for 30 days, from 2026-08-02 12:00 to 2026-09-01 12:00 UTC: ConnectCount, "
            "MessageCount, Invocations, ConsumedReadCapacityUnits, ConsumedWriteCapacityUnits. "
            "The last sign of life was on 2026-06-03."
        )

    def test_sums_of_0_as_well_as_no_datapoints(self):
        assert prove(estate(with_counts(prod_MessageCount={NOW - DAY: 0.0}))).verdict == "supports"

    def test_a_neighbour_that_is_counted_now_is_a_control(self):
        proof = prove(estate({"live MessageCount": {NOW - DAY: 5.0}}))
        assert proof.verdict == "supports"
        assert "API other456" in proof.control

    def test_a_stage_that_never_had_anybody_in_an_api_that_had(self):
        proof = prove(estate(BUSY_BEFORE), stage="dev")
        assert proof.verdict == "supports"
        assert proof.control.startswith("ConnectCount of the API was 1,200 before the window")

    def test_what_ttl_takes_is_a_drain_and_no_use(self):
        proof = prove(estate(with_counts(table_TimeToLiveDeletedItemCount={NOW - DAY: 40.0})))
        assert (proof.verdict, proof.drained) == ("supports", 40.0)

    def test_without_a_connect_route_earlier_messages_are_the_control(self):
        things = tuple(one for one in THINGS if one.name != "$connect")
        proof = prove(estate({"prod MessageCount": {NOW - 90 * DAY: 3.0}}, things=things))
        assert proof.verdict == "supports"
        assert "ConnectCount" not in proof.why
        assert proof.why.endswith("There is no $connect route, so clients that only listen are not counted.")

    def test_without_a_connect_route_earlier_invocations_are_the_control(self):
        things = tuple(one for one in THINGS if one.name != "$connect")
        assert prove(estate({"handler Invocations": {NOW - 90 * DAY: 3.0}}, things=things)).verdict == "supports"

    def test_knocks_are_counted_and_are_no_life(self):
        proof = prove(estate(with_counts(prod_ClientError={NOW - DAY: 4.0, NOW - 3 * DAY: 2.0})))
        assert proof.verdict == "supports"
        (knock,) = proof.knocks
        assert (knock.metric, knock.count, knock.last_at) == ("ClientError", 6.0, NOW - DAY)


class TestTheWholeApi:
    def judge(self, of: Estate) -> IdleProof:
        return worst([prove(of, stage=stage) for stage in ("dev", "prod", WHOLE_API)])

    def test_a_busy_dev_beside_an_idle_prod_is_not_idle(self):
        of = estate(with_counts(dev_MessageCount={NOW - DAY: 9.0}))
        assert prove(of).verdict == "supports"
        proof = self.judge(of)
        assert (proof.verdict, "stage dev" in proof.why) == ("refutes", True)

    def test_a_stage_that_was_deleted_meanwhile_was_alive(self):
        proof = self.judge(estate(with_counts(api_MessageCount={NOW - DAY: 9.0})))
        assert (proof.verdict, "the API 9" in proof.why) == ("refutes", True)

    def test_counts_without_stages_must_have_been_measured(self):
        assert self.judge(estate(BUSY_BEFORE, without=frozenset({"api ConnectCount"}))).verdict == "no_data"

    def test_stages_that_could_not_be_listed(self):
        assert self.judge(estate(BUSY_BEFORE, gap("apigatewayv2:GetStages"))).verdict == "error"

    def test_all_idle(self):
        proof = self.judge(estate(BUSY_BEFORE))
        assert (proof.verdict, proof.stage) == ("supports", WHOLE_API)


class TestDays:
    def test_connects_and_messages_of_the_stage_are_added_day_by_day(self):
        on = NOW - 3 * DAY
        proof = prove(
            estate(with_counts(prod_ConnectCount={on: 2.0}, prod_MessageCount={on: 5.0}, handler_Invocations={on: 9.0}))
        )
        assert dict(proof.days)[on.date()] == 7.0

    def test_a_day_without_a_datapoint_is_left_out(self):
        proof = prove(estate(with_counts(prod_ConnectCount={NOW - 3 * DAY: 2.0})))
        assert (NOW - 4 * DAY).date() not in dict(proof.days)
        assert all(proof.start.date() <= day <= proof.end.date() for day, _ in proof.days)
