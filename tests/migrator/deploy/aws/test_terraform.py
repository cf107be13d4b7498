"""The module is one that Terraform takes, with the real provider's schema; its texts are exactly those that were meant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.deploy.aws import terraform
from migrator.deploy.aws.hcl import written
from migrator.deploy.deployment import EnvironmentVariable
from tests.migrator.deploy.aws.stacks import GIVEN, Terraform, told
from tests.migrator.deploy.aws.terraform_provider import served

HOSTILE = "a\"b'c\n- ${d} %{if e} \\u0041 #\u202eg"
VALUES = st.recursive(
    st.text(st.characters(exclude_categories=("Cs",))) | st.integers(-1000, 1000) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def test_a_schema_that_the_module_does_not_keep_to_is_noticed(tmp_path: Path) -> None:
    module = Terraform(tmp_path, told())
    file = module.folder / "load_balancer.tf"
    file.write_text(file.read_text(encoding="utf-8").replace("enable_http2  ", "enable_http3  "), encoding="utf-8")

    with pytest.raises(AssertionError, match="enable_http3"):
        module.applied(GIVEN)


def test_it_is_laid_out_as_terraform_lays_it_out(tmp_path: Path) -> None:
    assert Terraform(tmp_path, told()).run("fmt", "-check") == ""


def test_it_is_valid_and_makes_everything(module: dict[str, Any]) -> None:
    assert len(module) > 40
    assert module["aws_ecs_service.service"]["task_definition"] == "<aws_ecs_task_definition.arn>"


def test_texts_of_an_application_stay_texts(tmp_path: Path) -> None:
    one = replace(
        told(),
        served="migrated",
        settings="",
        variables=(EnvironmentVariable("ODD", HOSTILE, HOSTILE), EnvironmentVariable("NAME", None, HOSTILE)),
    )
    given = {name: value for name, value in GIVEN.items() if name not in {"greeting", "db_password_secret_arn"}}
    made = Terraform(tmp_path, one).applied({**given, "domain_name": "a.example", "name_2": "b"})
    [container] = json.loads(made["aws_ecs_task_definition.service"]["container_definitions"])
    values = {each["name"]: each["value"] for each in container["environment"]}

    assert values["ODD"] == HOSTILE
    assert values["NAME"] == "b"
    assert values["DOMAIN_NAME"] == "a.example"


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(VALUES, min_size=20, max_size=60))
def test_whatever_is_written_is_read_back_by_terraform(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    module = Terraform(tmp_path_factory.mktemp("values"), told())
    for file in module.folder.iterdir():
        file.unlink()
    lines = [
        f'output "o{number}" {{\n  value = jsonencode({written(value)})\n}}\n' for number, value in enumerate(values)
    ]
    (module.folder / "main.tf").write_text("".join(lines), encoding="utf-8")
    with served(module.folder.parent) as environment:
        module.run("apply", "-auto-approve", "-input=false", environment=environment)
        found = json.loads(module.run("output", "-json", environment=environment))

    assert [json.loads(found[f"o{number}"]["value"]) for number in range(len(values))] == values


def test_the_page_has_a_module_that_gives_what_is_needed() -> None:
    page = terraform.files(told())["README.md"]
    block = page.partition("```hcl\n")[2].partition("```")[0]

    assert {line.split("=")[0].strip() for line in block.splitlines() if line.startswith("  ")} == {"source", *GIVEN}
