"""What must never happen, whatever goes wrong; then what happens when all goes well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checklists.aws import types
from checklists.referrers.model import Use
from checklists.referrers.reasons import KEEP
from checklists.teardown.allowed import OPERATIONS
from checklists.teardown.digests import plan_digest
from checklists.teardown.errors import (
    AccountNotAllowed,
    AnotherRun,
    CallNotAllowed,
    JournalUnwritable,
    NotConfirmed,
    OtherAccount,
    PlanExpired,
    TakenBack,
)
from checklists.teardown.execute.apply import apply_plan
from checklists.teardown.execute.ending import Ending
from checklists.teardown.execute.eyes import Sight, Unseen
from checklists.teardown.execute.gates import Gatekeeper
from checklists.teardown.execute.hands import CallFailed, Executor
from checklists.teardown.execute.journal import Journal, read_journal
from checklists.teardown.execute.progress import progress_of
from checklists.teardown.execute.run import Wishes
from checklists.teardown.execute.undo import undo_run
from checklists.teardown.model import Call, TeardownPlan
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.store import JOURNAL, begun_runs, run_folder
from shim.hash_chain import ChainedFile
from shim.redaction import HIDDEN
from tests.checklists.teardown import world
from tests.checklists.teardown.cloud import Cloud, Died, HandClock
from tests.checklists.teardown.test_planning import planned

SETTINGS = TeardownSettings(accounts=(world.ACCOUNT,), brownouts_minutes=(1, 10), poll_s=30)
DENIED = CallFailed(Call(service="x", operation="y", region="r"), "denied", "AccessDenied", "you may not")
EXPIRED = CallFailed(Call(service="x", operation="y", region="r"), "expired", "ExpiredToken", "too old")
THROTTLED = CallFailed(Call(service="x", operation="y", region="r"), "throttled", "Throttling", "slower")


@dataclass
class Stage:
    """One application, its cloud and its plan."""

    app: Path
    cloud: Cloud = field(default_factory=lambda: Cloud(HandClock()))
    plan: TeardownPlan = field(default_factory=lambda: planned(None, settings=SETTINGS))
    said: list[str] = field(default_factory=list)
    typed: Callable[[str], str] = str

    def apply(self, *, settings: TeardownSettings = SETTINGS, **wishes: Any) -> Ending:
        return apply_plan(
            self.plan, self.app, settings=settings, configured_in=self.app / "ws2sse.toml", eyes=self.cloud,
            hands=self.cloud, clock=self.cloud.clock, typed=self.typed, say=self.said.append,
            wishes=Wishes(**{"wait": True, "attested": frozenset({"files"}), **wishes}),
        )  # fmt: skip

    def undo(self) -> Ending:
        return undo_run(
            self.plan, self.app, settings=SETTINGS, configured_in=self.app / "ws2sse.toml", eyes=self.cloud,
            hands=self.cloud, clock=self.cloud.clock, typed=self.typed, say=self.said.append,
        )  # fmt: skip

    @property
    def journal(self) -> Path:
        return run_folder(self.app, self.plan) / JOURNAL

    def operations(self) -> list[str]:
        return [call.operation for call in self.cloud.calls]

    def at(self, phase: str, do: Callable[[], None]) -> None:
        """Does it once, when the phase has begun."""
        ids = {step.title for step in self.plan.steps if step.phase == phase}

        def say(text: str) -> None:
            self.said.append(text)
            if any(title in text for title in ids) and not done:
                done.append(text)
                do()

        done: list[str] = []
        self.said = _Listening(say)


class _Listening(list):  # type: ignore[type-arg]
    def __init__(self, heard: Callable[[str], None]) -> None:
        super().__init__()
        self._heard = heard
        self._busy = False

    def append(self, text: Any) -> None:
        super().append(text)
        if not self._busy:
            self._busy = True
            self._heard(text)
            self._busy = False


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def intact(stage: Stage) -> None:
    """Nothing was deleted, and whoever comes gets in."""
    assert stage.cloud.things.keys() == world.things().keys()
    assert not [name for name in stage.operations() if name.startswith("delete") and "concurrency" not in name]
    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] is None


# before anything


def test_another_account_is_not_touched(stage: Stage) -> None:
    stage.cloud.account_id = "999999999999"
    with pytest.raises(OtherAccount, match="for account 123456789012, and these credentials are of 999999999999"):
        stage.apply()
    assert stage.cloud.calls == []


def test_an_account_that_nobody_allowed_is_not_touched(stage: Stage) -> None:
    with pytest.raises(AccountNotAllowed):
        stage.apply(settings=TeardownSettings())
    assert stage.cloud.calls == []
    assert not stage.journal.exists()


@pytest.mark.parametrize("typed", ["", "shop-tes", "yes", world.ACCOUNT])
def test_without_the_alias_nothing_is_done(stage: Stage, typed: str) -> None:
    stage.typed = lambda _expected: typed
    with pytest.raises(NotConfirmed):
        stage.apply()
    assert stage.cloud.calls == []


def test_an_account_without_alias_is_typed_by_its_id(stage: Stage) -> None:
    asked: list[str] = []
    stage.cloud.alias = ""
    stage.typed = lambda expected: asked.append(expected) or ""  # type: ignore[func-returns-value]
    with pytest.raises(NotConfirmed):
        stage.apply()
    assert asked == [world.ACCOUNT]


@pytest.mark.parametrize("minutes", [61, -1])
def test_a_plan_that_is_too_old_or_of_the_future_is_not_begun(stage: Stage, minutes: int) -> None:
    stage.cloud.clock.at += timedelta(minutes=minutes)
    with pytest.raises(PlanExpired):
        stage.apply()
    assert stage.cloud.calls == []


def test_a_second_plan_is_not_begun_while_the_first_is_half_done(stage: Stage) -> None:
    stage.apply(wait=False)
    other = stage.plan.model_copy(update={"application": "other"})
    stage.plan = other.model_copy(update={"digest": plan_digest(other)})
    with pytest.raises(AnotherRun):
        stage.apply()


def test_two_runs_at_once_are_one_too_many(stage: Stage) -> None:
    stage.apply(wait=False)
    held = Journal(stage.journal, stage.cloud.clock)
    with pytest.raises(Exception, match="another process holds it"):
        stage.apply()
    held.close()


def test_no_operation_that_is_not_in_the_table_is_called(stage: Stage, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", stage.cloud.clock)
    executor = Executor(stage.cloud, journal, stage.cloud.clock, stage.said.append)
    for name in ("lambda.invoke", "iam.create_user", "dynamodb.scan", "s3.delete_bucket", "apigatewayv2.__class__"):
        service, _, operation = name.partition(".")
        assert name not in OPERATIONS
        with pytest.raises(CallNotAllowed):
            executor.do("x", Call(service=service, operation=operation, region="r"))
    assert stage.cloud.calls == []


# gates, right before a step


def test_a_value_that_the_survey_hid_is_never_sent(stage: Stage, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", stage.cloud.clock)
    parameters = {"DashboardName": "d", "DashboardBody": f'{{"widgets": [{{"apiKey": "{HIDDEN}"}}]}}'}
    call = Call(service="cloudwatch", operation="put_dashboard", region="global", parameters=dict(parameters))
    with pytest.raises(CallFailed, match="hidden by the survey"):
        Executor(stage.cloud, journal, stage.cloud.clock, stage.said.append).do("x", call)
    assert stage.cloud.calls == []


def test_what_is_not_idle_is_not_even_browned_out(stage: Stage) -> None:
    for verdict in ("refutes", "no_data", "error"):
        stage.cloud.proof = verdict
        ending = stage.apply()
        assert (ending.kind, ending.exit_status) == ("stopped", 1)
        assert "idle" in " ".join(ending.words)
    intact(stage)


@pytest.mark.parametrize("what", ["look", "idle", "knocks", "account"])
@pytest.mark.parametrize("kind", ["denied", "throttled", "expired"])
def test_what_can_not_be_seen_is_never_taken_for_absent(stage: Stage, what: str, kind: Any) -> None:
    stage.cloud.blind[what] = Unseen("x:Y", kind)
    ending = stage.apply()

    assert (ending.kind, ending.exit_status) == ("failed", 2)
    assert "x:Y" in " ".join(ending.words)
    intact(stage)


def test_a_thing_that_somebody_changed_meanwhile_stops_it(stage: Stage) -> None:
    stage.at("quiet", lambda: stage.cloud._set(world.API, Description="new"))
    ending = stage.apply()

    assert ending.kind == "stopped"
    assert "unchanged" in " ".join(ending.words)
    assert world.API in stage.cloud.things


def test_a_route_that_somebody_adds_meanwhile_stops_it(stage: Stage) -> None:
    arn = f"{world.API}/routes/r2"
    new = world.thing(arn, types.ROUTE, "r2", RouteKey="chat")
    stage.at("unmap", lambda: stage.cloud.things.__setitem__(arn, new))
    ending = stage.apply()

    assert ending.kind == "stopped"
    assert world.API in stage.cloud.things


@pytest.mark.parametrize(
    ("arn", "phase"), [(world.SEND, "functions"), (world.TABLE, "tables"), (world.ROLE, "permissions")]
)
def test_a_new_user_of_a_thing_stops_it(stage: Stage, arn: str, phase: str) -> None:
    use = Use(user="arn:aws:events:eu-west-1:1:rule/nightly", used=arn, kind="rule", detail="target of nightly")
    stage.at(phase, lambda: stage.cloud.uses.append(use))
    ending = stage.apply()

    assert ending.kind == "stopped"
    assert "target of nightly" in " ".join(ending.words)
    assert arn in stage.cloud.things


def test_who_only_mentioned_a_thing_and_uses_it_now_stops_it(stage: Stage) -> None:
    mention = Use(user=world.DASHBOARD, used=world.SEND, kind="dashboard", detail="widget 1", mention=True)
    steps = tuple(
        step.model_copy(update={"users": (mention,)}) if step.subject == world.SEND else step
        for step in stage.plan.steps
    )
    plan = stage.plan.model_copy(update={"steps": steps})
    stage.plan = plan.model_copy(update={"digest": plan_digest(plan)})
    stage.cloud.uses = [mention, mention.model_copy(update={"mention": False, "detail": "widget 2 calls it"})]
    ending = stage.apply()

    assert "widget 2 calls it" in " ".join(ending.words)
    assert world.SEND in stage.cloud.things


def test_a_tag_that_says_keep_holds_in_a_stack_too(stage: Stage) -> None:
    of = world.things(stack=world.STACK, manager="cloudformation")
    resources = [
        {"LogicalResourceId": one.id, "PhysicalResourceId": one.id, "ResourceType": one.type}
        for one in of.values()
        if one.stack == world.STACK
    ]
    of[world.STACK] = world.thing(world.STACK, types.STACK, "chat", Resources=resources)
    stage.plan, stage.cloud.things = planned(of, settings=SETTINGS), dict(of)
    whole = stage.plan.step(f"delete-stack {world.STACK}")
    assert world.TABLE in whole.covers
    tagged = stage.cloud.things[world.TABLE].model_copy(update={"tags": {KEEP: "audit"}})
    gates = Gatekeeper(stage.plan, SETTINGS, stage.cloud, progress_of(()))
    findings = gates.findings(whole, world.NOW, Sight({**of, world.TABLE: tagged}))
    assert [one.evidence for one in findings if one.gate.name == "not_kept" and not one.holds] == [
        f"it has the tag {KEEP}"
    ]


def test_users_that_go_too_and_known_mentions_do_not_stop_it(stage: Stage) -> None:
    stage.cloud.uses = [
        Use(user=world.CONNECT, used=world.TABLE, kind="environment", detail="TABLE"),
        Use(user=f"{world.API}/integrations/i1", used=world.CONNECT, kind="integration", detail="$connect"),
    ]
    assert stage.apply().kind == "done"


@pytest.mark.parametrize("arn", [world.SEND, world.TABLE])
def test_a_sign_of_life_stops_it(stage: Stage, arn: str) -> None:
    stage.cloud.lived[arn] = 3
    ending = stage.apply()

    assert ending.kind == "stopped"
    assert "no_sign_of_life" in " ".join(ending.words)
    assert arn in stage.cloud.things


# brownouts


def test_a_knock_ends_a_brownout_and_the_door_opens(stage: Stage) -> None:
    at = world.NOW + timedelta(minutes=4)  # the first brownout is over, and its last knocks were listened for
    stage.cloud.knocked.append((at + timedelta(minutes=3), 2))
    ending = stage.apply()

    assert (ending.kind, ending.exit_status) == ("stopped", 1)
    assert "Somebody still comes: 2 ExecutionError" in ending.words[0]
    assert stage.cloud.clock.now() < at + timedelta(minutes=10)
    intact(stage)


def test_a_knock_that_metrics_show_late_counts_too(stage: Stage) -> None:
    """CloudWatch is late: what was counted in the minute of the brownout is seen after the door is open."""
    moment = world.NOW + timedelta(seconds=30)

    def show(now: datetime) -> None:
        if now >= world.NOW + timedelta(minutes=2) and not stage.cloud.knocked:
            stage.cloud.knocked.append((moment, 1))

    stage.cloud.clock.ticks.append(show)
    ending = stage.apply()

    assert ending.kind == "stopped"
    intact(stage)


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), RuntimeError("broken")])
def test_the_door_opens_whatever_interrupts_a_brownout(stage: Stage, interruption: BaseException) -> None:
    def interrupt(_now: datetime) -> None:
        if stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] == 0:
            raise interruption

    stage.cloud.clock.ticks.append(interrupt)
    with pytest.raises(type(interruption)):
        stage.apply()
    intact(stage)


def test_the_door_opens_though_the_journal_can_not_be_written(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Journal, _record: object) -> str:
        raise OSError(28, "No space left on device")

    def fill(_now: datetime) -> None:
        if stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] == 0:
            monkeypatch.setattr(ChainedFile, "append", full)

    stage.cloud.clock.ticks.append(fill)
    with pytest.raises(JournalUnwritable):
        stage.apply()
    intact(stage)


def test_a_door_that_can_not_be_opened_says_how_and_is_opened_first_of_all_next_time(stage: Stage) -> None:
    stage.cloud.trouble["delete_function_concurrency"] = [EXPIRED]
    ending = stage.apply()

    assert ending.exit_status == 2
    assert "Users are locked out" in ending.words[0]
    assert "aws lambda delete-function-concurrency --region eu-west-1 --function-name chat-connect" in ending.words[2]

    stage.cloud.calls.clear()
    stage.cloud.proof = "refutes"
    stage.apply()
    assert stage.operations()[0] == "delete_function_concurrency"
    intact(stage)


def test_a_process_that_dies_in_a_brownout_opens_the_door_when_it_is_run_again(stage: Stage) -> None:
    stage.cloud.trouble["delete_function_concurrency"] = [Died()]
    with pytest.raises(Died):
        stage.apply()
    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] == 0
    stage.cloud.calls.clear()

    assert stage.apply().kind == "done"
    assert stage.operations()[0] == "delete_function_concurrency"


def test_brownouts_begin_in_working_hours_only(stage: Stage) -> None:
    stage.cloud.clock.at = datetime(2026, 11, 28, 12, 0, tzinfo=world.NOW.tzinfo)  # a Saturday
    stage.plan = _made_at(stage.plan, stage.cloud.clock.at)
    ending = stage.apply(wait=False)

    assert (ending.kind, ending.exit_status) == ("waiting", 3)
    assert ending.come_back == datetime(2026, 11, 30, 9, 0, tzinfo=world.NOW.tzinfo)
    assert "put_function_concurrency" not in stage.operations()


def _made_at(plan: TeardownPlan, at: datetime) -> TeardownPlan:
    moved = plan.model_copy(update={"made_at": at, "expires_at": at + timedelta(hours=1)})
    return moved.model_copy(update={"digest": plan_digest(moved)})


def test_a_stage_is_throttled_where_its_function_serves_others_too(stage: Stage) -> None:
    """AWS shows more settings than were set."""
    settings = SETTINGS.model_copy(update={"lever": "throttle"})
    stage.plan = planned(None, settings=settings)

    def show_more(_now: datetime) -> None:
        if world.STAGE in stage.cloud.things:
            held = dict(stage.cloud.things[world.STAGE].properties["DefaultRouteSettings"])  # type: ignore[arg-type]
            stage.cloud._set(world.STAGE, DefaultRouteSettings={**held, "DataTraceEnabled": False})

    show_more(world.NOW)
    stage.plan = planned(dict(stage.cloud.things), settings=settings)
    ending = stage.apply(settings=settings, wait=False)
    assert ending.kind == "waiting"
    closed = stage.cloud.things[world.STAGE].properties["DefaultRouteSettings"]
    assert closed == {
        "LoggingLevel": "INFO",
        "DataTraceEnabled": False,
        "ThrottlingBurstLimit": 0,
        "ThrottlingRateLimit": 0,
    }

    assert stage.undo().kind == "done"
    opened = stage.cloud.things[world.STAGE].properties["DefaultRouteSettings"]
    assert opened == {
        "LoggingLevel": "INFO",
        "DataTraceEnabled": False,
        "ThrottlingBurstLimit": 5000,
        "ThrottlingRateLimit": 10000.0,
    }


# the quiet period


def test_the_quiet_period_is_waited_for_by_coming_back(stage: Stage) -> None:
    ending = stage.apply(wait=False)
    assert (ending.kind, ending.exit_status) == ("waiting", 3)
    assert ending.come_back is not None
    assert not [name for name in stage.operations() if name.startswith("delete") and "concurrency" not in name]

    stage.cloud.clock.at = ending.come_back - timedelta(seconds=1)
    assert stage.apply(wait=False).come_back == ending.come_back
    assert world.API in stage.cloud.things

    stage.cloud.clock.at = ending.come_back
    stage.apply(wait=False)
    assert world.API not in stage.cloud.things


@pytest.mark.parametrize("wait", [True, False])
def test_a_knock_in_the_quiet_period_stops_it(stage: Stage, wait: bool) -> None:
    stage.cloud.knocked.append((world.NOW + timedelta(days=5), 1))
    ending = stage.apply(wait=wait)
    if not wait:
        assert ending.come_back is not None
        stage.cloud.clock.at = ending.come_back
        ending = stage.apply(wait=False)

    assert ending.kind == "stopped"
    assert world.API in stage.cloud.things
    assert stage.undo().kind == "done"
    intact(stage)


# failures


@pytest.mark.parametrize("operation", ["delete_api", "delete_function", "delete_table", "update_table", "delete_role"])
@pytest.mark.parametrize("trouble", [DENIED, EXPIRED])
def test_the_first_failure_ends_it_and_the_next_run_goes_on(stage: Stage, operation: str, trouble: CallFailed) -> None:
    stage.cloud.trouble[operation] = [trouble]
    ending = stage.apply()
    assert ending.exit_status == 2
    assert stage.operations()[-1] == operation

    assert stage.apply().kind == "done"


@pytest.mark.parametrize("operation", ["delete_api", "delete_function", "delete_table", "put_function_concurrency"])
def test_an_effect_whose_answer_was_lost_is_recognised(stage: Stage, operation: str) -> None:
    stage.cloud.trouble[operation] = ["ok", "ok", "lost"] if operation == "put_function_concurrency" else ["lost"]
    assert stage.apply().kind == "done"
    assert stage.operations().count("delete_api") == 1


def test_throttling_is_waited_out_and_has_an_end(stage: Stage) -> None:
    stage.cloud.trouble["delete_api"] = [THROTTLED] * 3
    assert stage.apply().kind == "done"


@pytest.mark.parametrize("code", ["ResourceInUseException", "ConflictException", "DeleteConflict"])
def test_what_is_still_busy_is_waited_for(stage: Stage, code: str) -> None:
    busy = CallFailed(Call(service="x", operation="y", region="r"), "failed", code, "in use")
    stage.cloud.trouble["delete_table"] = [busy, busy]
    assert stage.apply().kind == "done"
    assert stage.operations().count("delete_table") == 3


def test_throttling_without_end_ends(stage: Stage) -> None:
    stage.cloud.trouble["delete_api"] = [THROTTLED] * 6
    ending = stage.apply()
    assert ending.exit_status == 2
    assert stage.operations().count("delete_api") == 6


@pytest.mark.parametrize("operation", sorted({
    "disable_alarm_actions", "put_function_concurrency", "delete_api_mapping", "update_api", "delete_stage",
    "delete_api", "delete_function", "put_retention_policy", "create_backup", "update_table", "delete_table",
    "detach_role_policy", "delete_role_policy", "delete_role", "put_dashboard", "delete_alarms",
}))  # fmt: skip
@pytest.mark.parametrize("after_effect", [True, False])
def test_a_process_that_dies_anywhere_is_gone_on_with(stage: Stage, operation: str, after_effect: bool) -> None:
    class Dying(Cloud):
        def call(self, call: Call) -> dict[str, Any]:
            if call.operation == operation and not dead:
                dead.append(call)
                if after_effect:
                    self._effect(call)
                raise Died
            return super().call(call)

    dead: list[Call] = []
    stage.cloud = Dying(HandClock())
    with pytest.raises(Died):
        stage.apply()
    ending = stage.apply()

    assert ending.kind == "done", ending.words
    assert stage.cloud.things.keys() == {world.SHARED, world.LOGS, world.DASHBOARD}
    assert progress_of(read_journal(stage.journal)).begun == {}


def test_a_line_that_was_never_finished_is_told_and_found_by_looking(stage: Stage) -> None:
    stage.cloud.trouble["delete_api"] = [EXPIRED]
    stage.apply()
    with stage.journal.open("ab") as file:
        file.write(b'{"schema_version":1,"numb')
    assert stage.apply().kind == "done"
    assert any("never finished" in line for line in stage.said)


def test_a_journal_that_was_changed_is_not_gone_on_with(stage: Stage) -> None:
    stage.apply(wait=False)
    stage.journal.write_text(stage.journal.read_text().replace('"event":"step_done"', '"event":"step_dome"', 1))
    calls = len(stage.cloud.calls)
    with pytest.raises(Exception, match="can't be trusted from line"):
        stage.apply()
    assert len(stage.cloud.calls) == calls


def test_no_more_is_deleted_in_a_run_than_may_be(stage: Stage) -> None:
    ending = stage.apply(deletions=2)
    assert ending.exit_status == 3
    assert world.API in stage.cloud.things
    while ending.kind == "waiting":
        ending = stage.apply(deletions=2)
    assert ending.kind == "done"


# when all goes well


def test_all_that_goes_is_gone_and_all_that_stays_is_there(stage: Stage) -> None:
    ending = stage.apply()

    assert (ending.kind, ending.exit_status) == ("done", 0)
    assert stage.cloud.things.keys() == {world.SHARED, world.LOGS, world.DASHBOARD}
    assert stage.cloud.things[world.SHARED] == world.things()[world.SHARED]
    assert stage.cloud.things[world.LOGS].properties["retentionInDays"] == 30
    assert begun_runs(stage.app)[0].progress.ended == "done"
    calls = len(stage.cloud.calls)
    assert stage.apply().kind == "done"
    assert len(stage.cloud.calls) == calls


def test_everything_is_written_down_before_it_is_changed_and_no_secret_is(stage: Stage) -> None:
    stage.cloud._set(world.SEND, Description="password=hunter2hunter2")
    stage.plan = stage.plan  # its digest of the function is another, and only the snapshot is looked at
    stage.apply(wait=False)
    files = sorted((run_folder(stage.app, stage.plan) / "backups").iterdir())

    assert {file.name.split("-")[0] for file in files} >= {"api", "function", "table", "role", "alarm", "dashboard"}
    assert not any("hunter2" in file.read_text() for file in files)
    assert '"r1"' in next(file for file in files if file.name.startswith("api-")).read_text()


def test_the_journal_says_each_call_before_and_after(stage: Stage) -> None:
    stage.apply()
    names = [event.name for event in read_journal(stage.journal)]
    assert names[0] == "begun"
    assert names[-1] == "ended"
    assert names.count("call_begun") + names.count("opening_begun") == len(stage.cloud.calls)
    assert names.count("call_ended") == names.count("call_begun")


def test_what_only_a_person_can_do_is_waited_for(stage: Stage) -> None:
    ending = stage.apply(attested=frozenset())
    assert ending.exit_status == 3
    assert any("remove-websocket.patch" in line for line in ending.words)
    assert stage.apply().kind == "done"


def test_a_stack_that_a_person_removes_is_waited_for_until_it_is_gone(stage: Stage) -> None:
    stage.cloud = Cloud(HandClock(), world.things(manager="terraform"))
    stage.plan = planned(world.things(manager="terraform"), settings=SETTINGS)
    ending = stage.apply()

    assert ending.exit_status == 3
    assert any("terraform plan" in line for line in ending.words)
    assert not {"delete_api", "delete_function", "delete_table"} & set(stage.operations())
    for arn in (world.API, world.CONNECT, world.SEND, world.TABLE, world.LOGS, world.ALARM, world.ROLE):
        stage.cloud.things.pop(arn)
    assert stage.apply().kind == "done"


# and back


def test_what_can_be_taken_back_is(stage: Stage) -> None:
    stage.apply(wait=False)
    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] == 0
    ending = stage.undo()

    assert (ending.kind, ending.exit_status) == ("done", 0)
    assert stage.cloud.things == world.things()
    with pytest.raises(TakenBack):
        stage.apply()


def test_what_can_not_be_taken_back_is_said(stage: Stage) -> None:
    stage.apply()
    ending = stage.undo()

    assert ending.exit_status == 3
    said = "\n".join(ending.words)
    assert "restore-table-from-backup" in said
    assert "backups" in said
    assert "its API is gone" in said
    assert stage.cloud.things[world.DASHBOARD] == world.things()[world.DASHBOARD]
    assert stage.cloud.things[world.LOGS].properties["retentionInDays"] is None


def test_what_somebody_changed_since_is_not_set_back(stage: Stage) -> None:
    stage.apply()
    stage.cloud._set(world.DASHBOARD, Body={"mine": 1})
    ending = stage.undo()

    assert stage.cloud.things[world.DASHBOARD].properties["Body"] == {"mine": 1}
    assert any("somebody has changed it since" in line for line in ending.words)


def test_addresses_come_back_as_long_as_the_api_is_there(stage: Stage) -> None:
    stage.cloud.trouble["delete_stage"] = [DENIED]
    stage.apply()
    assert world.MAPPING not in stage.cloud.things
    assert stage.undo().kind == "done"
    assert stage.cloud.things[world.MAPPING] == world.things()[world.MAPPING]
    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] is None


def test_a_function_that_outlives_its_api_gets_its_concurrency_back(stage: Stage) -> None:
    stage.cloud.trouble["delete_function"] = [DENIED]
    stage.apply()
    assert world.API not in stage.cloud.things
    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] == 0
    stage.undo()
    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] is None


def test_a_door_that_somebody_opened_since_stays_as_they_set_it(stage: Stage) -> None:
    stage.apply(wait=False)
    stage.cloud._set(world.CONNECT, ReservedConcurrentExecutions=50)
    ending = stage.undo()

    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] == 50
    assert any("somebody has opened it since" in line for line in ending.words)


def test_a_door_is_opened_though_something_else_of_its_function_was_changed(stage: Stage) -> None:
    stage.apply(wait=False)
    stage.cloud._set(world.CONNECT, CodeSha256="newer")
    stage.undo()
    assert stage.cloud.things[world.CONNECT].properties["ReservedConcurrentExecutions"] is None


def test_an_edit_that_was_refused_is_not_taken_back_over_what_somebody_changed_since(stage: Stage) -> None:
    stage.cloud.trouble["put_dashboard"] = [DENIED]
    stage.apply()
    stage.cloud._set(world.DASHBOARD, Body={"mine": 1})
    ending = stage.undo()

    assert stage.cloud.things[world.DASHBOARD].properties["Body"] == {"mine": 1}
    assert any("set it back by hand" in line for line in ending.words)


def test_an_edit_that_was_refused_is_not_made_by_taking_it_back(stage: Stage) -> None:
    stage.cloud.trouble["put_dashboard"] = [DENIED]
    stage.apply()
    stage.cloud.calls.clear()
    stage.undo()
    assert "put_dashboard" not in stage.operations()


def test_an_edit_whose_answer_was_lost_with_the_process_is_taken_back(stage: Stage) -> None:
    stage.cloud.trouble["put_dashboard"] = [Died()]
    with pytest.raises(Died):
        stage.apply()
    stage.cloud._set(world.DASHBOARD, Body={})
    stage.undo()
    assert stage.cloud.things[world.DASHBOARD] == world.things()[world.DASHBOARD]


def test_a_role_that_lost_its_policies_is_not_said_to_be_as_it_was(stage: Stage) -> None:
    stage.cloud.trouble["delete_role"] = [DENIED]
    stage.apply()
    ending = stage.undo()
    assert any("Delete the role chat: it is still there, but not as it was" in line for line in ending.words)


def test_a_table_that_is_being_deleted_is_not_said_to_be_there(stage: Stage) -> None:
    stage.cloud.trouble["delete_table"] = [DENIED]
    stage.apply()
    stage.cloud._set(world.TABLE, TableStatus="DELETING")
    ending = stage.undo()
    assert any("its deletion was begun (DELETING)" in line for line in ending.words)
