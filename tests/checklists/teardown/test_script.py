"""Whatever things are called, a script does what the plan says and nothing else; then that it is what AWS understands."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from checklists.aws import types
from checklists.teardown.allowed import OPERATIONS
from checklists.teardown.commands import cli_command, kebab
from checklists.teardown.digests import plan_digest
from checklists.teardown.errors import PlanUnreadable
from checklists.teardown.model import Call, TeardownPlan
from checklists.teardown.policy import write_policy
from checklists.teardown.rendering import write_plan
from checklists.teardown.script import to_script
from checklists.teardown.store import read_plan, to_json
from tests.checklists.teardown import world
from tests.checklists.teardown.test_planning import SETTINGS, planned

AWS = botocore.session.Session()
HOSTILE = "x'; touch /tmp/ws2sse-was-here; echo '\"`id`$(id)\x1b[2J\n<script>alert(1)</script>\u202e| **b** =1+1"


def hostile_plan() -> TeardownPlan:
    of = {arn: one.model_copy(update={"id": HOSTILE, "name": HOSTILE}) for arn, one in world.things().items()}
    return planned(of)


@given(st.text(max_size=40))
def test_a_name_is_one_word_of_the_shell_whatever_it_holds(name: str) -> None:
    call = Call(service="lambda", operation="delete_function", region="eu-west-1", parameters={"FunctionName": name})
    words = shlex.split(cli_command(call))

    assert words[:5] == ["aws", "lambda", "delete-function", "--region", "eu-west-1"]
    assert len(words) == 7
    assert "\n" not in cli_command(call)


@pytest.mark.parametrize("name", ["file:///etc/passwd", "fileb://x", "https://example.com", "-x", "--endpoint-url", ""])
def test_what_the_cli_would_take_for_something_else_goes_as_json(name: str) -> None:
    call = Call(service="lambda", operation="delete_function", region="eu-west-1", parameters={"FunctionName": name})

    assert "--cli-input-json" in shlex.split(cli_command(call))


def test_hostile_names_run_nothing(tmp_path: Path) -> None:
    script = tmp_path / "teardown.sh"
    script.write_text(to_script(hostile_plan()))
    subprocess.run(["bash", "-n", str(script)], check=True)
    fake = tmp_path / "aws"
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = sts ] && echo {world.ACCOUNT} && exit\nprintf "%s\\n" "$*" >> "{tmp_path}/calls"\n'
    )
    fake.chmod(0o755)
    (tmp_path / "sleep").symlink_to("/bin/true")
    for number in range(1, 25):
        subprocess.run(
            ["bash", str(script), str(number)],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            check=False,
        )
    assert not Path("/tmp/ws2sse-was-here").exists()
    assert "delete-api" in (tmp_path / "calls").read_text()


@pytest.mark.parametrize("account", ["1; touch /tmp/ws2sse-was-here", "", "12345678901", "$(id)45678901"])
def test_a_plan_for_what_is_no_account_is_not_read(tmp_path: Path, account: str) -> None:
    """The script has it bare."""
    plan = planned().model_copy(update={"account": account})
    path = tmp_path / "plan.json"
    path.write_text(to_json(plan.model_copy(update={"digest": plan_digest(plan)})))
    with pytest.raises(PlanUnreadable, match="account"):
        read_plan(path)


def test_another_account_is_refused(tmp_path: Path) -> None:
    script, fake = tmp_path / "teardown.sh", tmp_path / "aws"
    script.write_text(to_script(planned()))
    fake.write_text(f'#!/bin/sh\n[ "$1" = sts ] && echo 999999999999 && exit\necho "$*" >> "{tmp_path}/calls"\n')
    fake.chmod(0o755)
    done = subprocess.run(
        ["bash", str(script), "2"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "999999999999" in done.stderr
    assert not (tmp_path / "calls").exists()


def test_a_brownout_opens_the_door_however_the_script_ends(tmp_path: Path) -> None:
    plan = planned()
    number = plan.step(f"brownout-1 {world.API}").number
    script, fake, sleep = tmp_path / "teardown.sh", tmp_path / "aws", tmp_path / "sleep"
    script.write_text(to_script(plan))
    fake.write_text(f'#!/bin/sh\n[ "$1" = sts ] && echo {world.ACCOUNT} && exit\necho "$2" >> "{tmp_path}/calls"\n')
    sleep.write_text("#!/bin/sh\nexit 1\n")
    for one in (fake, sleep):
        one.chmod(0o755)
    subprocess.run(
        ["bash", str(script), str(number)], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, check=False
    )
    assert (tmp_path / "calls").read_text().split() == ["put-function-concurrency", "delete-function-concurrency"]


def test_a_call_that_fails_leaves_no_other_stage_closed(tmp_path: Path) -> None:
    stage = world.thing(f"{world.API}/stages/dev", types.STAGE, "dev", DefaultRouteSettings={})
    of = world.things() | {stage.arn: stage}
    plan = planned(of, settings=SETTINGS.model_copy(update={"lever": "throttle"}))
    number = plan.step(f"brownout-1 {world.API}").number
    script, fake, sleep = tmp_path / "teardown.sh", tmp_path / "aws", tmp_path / "sleep"
    script.write_text(to_script(plan))
    fake.write_text(
        f'#!/bin/sh\n[ "$1" = sts ] && echo {world.ACCOUNT} && exit\necho "$*" >> "{tmp_path}/calls"\n'
        f'case "$*" in *10000*dev*) exit 1;; esac\n'
    )
    sleep.write_text("#!/bin/sh\n")
    for one in (fake, sleep):
        one.chmod(0o755)
    done = subprocess.run(
        ["bash", str(script), str(number)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    opened = [line for line in (tmp_path / "calls").read_text().splitlines() if "10000" in line]
    assert len(opened) == 2
    assert done.returncode == 1
    assert "users are locked out" in done.stderr


@pytest.mark.parametrize(("partition", "region"), [("aws", "us-east-1"), ("aws-cn", "cn-north-1")])
def test_global_services_are_called_where_their_partition_has_them(partition: str, region: str) -> None:
    call = Call(service="iam", operation="delete_role", region="global", parameters={"RoleName": "chat"})
    assert shlex.split(cli_command(call, partition))[3:5] == ["--region", region]
    plan = planned().model_copy(update={"partition": partition})
    assert f"aws iam delete-role --region {region}" in to_script(plan)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_hostile_names_are_harmless_in_what_people_read(form: Any) -> None:
    shown = write_plan(hostile_plan(), form)

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not any(line.startswith("<script>") for line in shown.splitlines())
    if form == "markdown":
        assert "<script>" not in shown
        assert "**b**" not in shown.replace(r"\*\*b\*\*", "")


def test_people_read_each_step_why_and_the_way_back() -> None:
    plan = planned(idle=world.idle("no_data"))
    text, markdown = " ".join(write_plan(plan, "text").split()), write_plan(plan, "markdown")
    for step in plan.steps:
        assert step.title in text
        assert step.why.rstrip(".") in text
        assert step.undo.words in text
    assert "an HTTP API calls it too" in text
    assert "an HTTP API calls it too" in markdown
    assert "can't be done yet: idle" in text
    assert len([line for line in markdown.splitlines() if re.match(r"\d+\. \*\*", line)]) == len(plan.steps)


def every_call(plan: TeardownPlan) -> list[Call]:
    calls = []
    for step in plan.steps:
        doors = () if step.brownout is None else (*step.brownout.pull, *step.brownout.restore)
        calls += [*step.calls, *step.undo.calls, *doors]
    return calls


def test_aws_understands_every_call() -> None:
    """Against botocore's own models of the services."""
    plan = planned(settings=_settings("throttle")), planned(settings=_settings("concurrency"))
    for call in (one for of in plan for one in every_call(of)):
        model = AWS.get_service_model(call.service)
        (operation,) = (
            model.operation_model(name) for name in model.operation_names if xform_name(name) == call.operation
        )
        report = ParamValidator().validate(dict(call.parameters), operation.input_shape)
        assert not report.has_errors(), f"{call.name}: {report.generate_report()}"


def _settings(lever: Any) -> Any:
    return SETTINGS.model_copy(update={"lever": lever, "delete_logs": True})


def test_every_operation_of_the_table_is_one_of_aws() -> None:
    for name in OPERATIONS:
        service, _, operation = name.partition(".")
        assert operation in {xform_name(one) for one in AWS.get_service_model(service).operation_names}, name


@pytest.mark.parametrize(
    "name", ["DisableExecuteApiEndpoint", "UUID", "logGroupName", "FunctionName", "ApiId", "BackupName"]
)
def test_options_are_called_as_botocore_calls_them(name: str) -> None:
    assert kebab(name) == xform_name(name, "-")


def test_the_write_policy_names_only_what_the_plan_writes_to() -> None:
    policy = write_policy(planned())
    actions = {action for statement in policy["Statement"] for action in statement["Action"]}
    resources = {resource for statement in policy["Statement"] for resource in statement["Resource"]}

    assert not any("*" in action for action in actions)
    assert "*" not in resources
    assert world.SHARED not in resources
    assert {"lambda:DeleteFunction", "dynamodb:DeleteTable", "dynamodb:CreateBackup", "iam:DeleteRole"} <= actions
    assert {world.CONNECT, world.TABLE, world.ROLE, world.API, f"{world.LOGS}:*"} <= resources
    assert "lambda:InvokeFunction" not in actions
