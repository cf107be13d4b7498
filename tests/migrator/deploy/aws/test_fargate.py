"""Pairs of CPU and memory are those of Fargate, in both notations, and another one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from checklists.capacity.sizing import MEMORY_GB
from migrator.deploy.aws.fargate import MEMORY_MB
from migrator.deploy.aws.settings import settings_of
from tests.migrator.deploy.aws.stacks import GIVEN, Terraform, stack, told

PAGE = {
    256: "0.5 1 2",
    512: "1 2 3 4",
    1024: "2 3 4 5 6 7 8",
    2048: "4 5 6 7 8 9 10 11 12 13 14 15 16",
    4096: "8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30",
}
"""Units of CPU -> GB, up to 4 vCPU: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"""


def test_the_pairs_are_those_of_the_page() -> None:
    assert {cpu: [memory / 1024 for memory in each] for cpu, each in MEMORY_MB.items()} == {
        cpu: [float(each) for each in words.split()] for cpu, words in PAGE.items()
    }


def test_every_size_that_a_load_may_ask_for_is_one_of_them() -> None:
    for vcpu, gigabytes in MEMORY_GB.items():
        assert {1024 * each for each in gigabytes} <= set(MEMORY_MB[int(1024 * vcpu)])


def test_what_is_set_by_default_is_one_of_them() -> None:
    tasks = settings_of(told()).tasks

    assert tasks.memory_mb in MEMORY_MB[tasks.cpu]


@pytest.mark.parametrize("cpu", MEMORY_MB)
def test_the_stack_takes_these_and_no_others(cpu: int) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html"""
    [rule] = [rule for rule in stack()["Rules"].values() if rule["RuleCondition"]["Fn::Equals"][1] == str(cpu)]
    [asserted] = rule["Assertions"]
    taken, given = asserted["Assert"]["Fn::Contains"]

    assert rule["RuleCondition"]["Fn::Equals"][0] == {"Ref": "TaskCpu"}
    assert given == {"Ref": "TaskMemory"}
    assert taken == [str(memory) for memory in MEMORY_MB[cpu]]


def test_the_stack_has_a_rule_for_every_cpu_that_it_takes() -> None:
    allowed = stack()["Parameters"]["TaskCpu"]["AllowedValues"]

    assert allowed == [rule["RuleCondition"]["Fn::Equals"][1] for rule in stack()["Rules"].values()]
    assert allowed == [str(cpu) for cpu in MEMORY_MB]


@pytest.mark.parametrize(
    ("cpu", "memory", "sentence"),
    [
        (256, 3072, "With a task_cpu of 256, Fargate has a task_memory of 512, 1024, 2048."),
        (4096, 31744, "With a task_cpu of 4096, Fargate has a task_memory of 8192, 9216,"),
        (300, 512, "A task_cpu is one of 256, 512, 1024, 2048, 4096."),
    ],
)
def test_the_module_refuses_another_pair(cpu: int, memory: int, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as refused:
        Terraform(tmp_path, told()).applied({**GIVEN, "task_cpu": cpu, "task_memory": memory})

    assert sentence in " ".join(str(refused.value).replace("\u2502", " ").split())


def test_the_module_makes_what_is_given(tmp_path: Path) -> None:
    given = {
        "task_cpu": 512,
        "task_memory": 3072,
        "most_connections": 7,
        "further_security_group_ids": ["sg-1", "sg-2"],
    }
    made = Terraform(tmp_path, told()).applied({**GIVEN, **given})
    definition, [network] = (
        made["aws_ecs_task_definition.service"],
        made["aws_ecs_service.service"]["network_configuration"],
    )

    assert (definition["cpu"], definition["memory"]) == ("512", "3072")
    assert '"name":"SHIM_STREAMS__CONNECTIONS","value":"7"' in definition["container_definitions"]
    assert set(network["security_groups"]) == {"<aws_security_group.id>", "sg-1", "sg-2"}
