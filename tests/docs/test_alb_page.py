"""The how-to on AWS says what the kit does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from migrator.deploy.aws import cloudformation
from migrator.deploy.aws.alarms import alarms
from migrator.deploy.aws.settings import settings_of
from tests.docs.typed import Page
from tests.migrator.deploy.aws.stacks import told

PATH = "docs/how-to/from-one-node-to-three-behind-an-alb.md"


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command of the page writes."""
    out = tmp_path_factory.mktemp("alb") / "deploy"
    Page(PATH, {"build/deploy": str(out)}).run("kit")
    return out


def test_the_kit_is_written_with_the_pages_that_are_named(kit: Path) -> None:
    for name in ("container/Containerfile", "cloudformation/service.template.yaml", "cloudformation/parameters.json"):
        assert (kit / name).is_file()
    for folder in ("cloudformation", "terraform"):
        assert "## What the tasks may do" in (kit / folder / "README.md").read_text("utf-8")


def test_the_parameters_that_are_named_are_ones_that_there_are(kit: Path) -> None:
    template = (kit / "cloudformation" / "service.template.yaml").read_text("utf-8")
    text = Page(PATH, {}).text

    for name in set(re.findall(r"`(\w+(?:Arn|Id|Ids))`", text)) - {"SecretArn"}:
        assert f"\n  {name}:\n" in template, name


def test_the_file_of_parameters_is_the_only_thing_that_is_given_and_has_what_the_page_changes() -> None:
    """A file beside another value is no file for the AWS command line: https://github.com/aws/aws-cli/issues/6884"""
    text = Page(PATH, {}).text
    [command] = re.findall(r"^aws cloudformation deploy (?:.*\\\n)*.*$", text, re.MULTILINE)
    given = {
        each["ParameterKey"]: each["ParameterValue"]
        for each in json.loads(cloudformation.files(told())["parameters.json"])
    }

    assert command.endswith("--parameter-overrides file://parameters.json")
    assert f"`LeastTasks` is {given['LeastTasks']} there" in text


def test_what_the_old_process_needs_to_be_one_more_node_is_what_the_stack_has(kit: Path) -> None:
    template = (kit / "cloudformation" / "service.template.yaml").read_text("utf-8")

    assert "\n  TaskSecurityGroup:\n" in template.partition("\nOutputs:")[2]
    assert "\n  RedisUrl:\n    Type: AWS::SecretsManager::Secret\n" in template
    assert re.search(r"^prefix = ", (kit / "container" / "shim.toml").read_text("utf-8"), re.MULTILINE)


def test_the_values_in_the_table_are_those_of_the_kit() -> None:
    text, settings = Page(PATH, {}).text, settings_of(told())

    assert f"| {settings.load_balancer.idle_timeout_s} s, the longest |" in text
    assert f"| deregistration delay | {settings.load_balancer.deregistration_delay_s} s (`drain_s`) |" in text
    assert f"| stop time-out | {settings.tasks.stop_timeout_s} s |" in text
    assert f"| health check | `{settings.load_balancer.health_path}` |" in text
    assert f"| tasks | {settings.tasks.least} to {settings.tasks.most}, one vCPU each |" in text
    assert f"{settings.tasks.connections:,} connections of the load balancer a task" in text
    assert f"{settings.tasks.cpu_percent} % CPU" in text
    assert f"`{settings.load_balancer.algorithm}`" in text
    assert f"Scaling in waits for {settings.tasks.scale_in_s // 60} minutes" in text
    assert f"`MostConnections`, {settings.tasks.streams:,} for ten tasks" in text
    assert f"{settings.tasks.connections // 3:,} such streams" in text
    assert "SHIM_STREAMS__CONNECTIONS" in cloudformation.files(told())[cloudformation.TEMPLATE]


def test_the_alarms_that_are_named_are_ones_that_there_are() -> None:
    table = Page(PATH, {}).text.partition("## 6.")[2].partition("## 7.")[0]
    named = set(re.findall(r"`([A-Z]\w+)`", table)) - {"AlarmTopicArn", "LeastTasks"}

    assert named <= {alarm.name for alarm in alarms(settings_of(told()))}
