"""Terragrunt's units: modules with inputs of their own, of files above them, and of each other's outputs."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import scan
from tests.migrator.scan.terraform.configurations import CODE, SAY, SOCKET, routes

FUNCTIONS = """
    variable "name" {}
    variable "variables" {}
    resource "aws_lambda_function" "say" {
      function_name = var.name
      filename      = "say.zip"
      handler       = "app.handler"
      runtime       = "python3.12"
      environment {
        variables = var.variables
      }
    }
    output "invoke_arn" { value = aws_lambda_function.say.invoke_arn }
"""
GATEWAY = SOCKET + SAY[SAY.index('resource "aws_apigatewayv2_integration"') :].replace(
    "aws_lambda_function.say.invoke_arn", "var.uri"
).replace('"say"\n      target', "var.key\n      target")
UNIT_FUNCTIONS = """
    include "root" {
      path   = find_in_parent_folders("root.hcl")
      expose = true
    }
    dependency "table" {
      config_path  = "../table"
      mock_outputs = { name = "mock-rows" }
    }
    terraform {
      source = "${get_repo_root()}/modules//functions"
    }
    inputs = {
      name      = "${include.root.locals.system}-say"
      variables = { TABLE = dependency.table.outputs.name, STAGE = include.root.inputs.stage }
    }
"""
UNIT_GATEWAY = """
    include {
      path = find_in_parent_folders("root.hcl")
    }
    dependency "functions" {
      config_path = "../functions"
    }
    terraform {
      source = "../../../modules/gateway"
    }
    inputs = {
      uri = dependency.functions.outputs.invoke_arn
    }
"""
ROOT = """
    locals {
      system = local.env.locals.system
      env    = read_terragrunt_config(find_in_parent_folders("env.hcl"))
    }
    inputs = {
      stage = "live"
      key   = "say"
    }
"""
FILES = {
    "modules/functions/main.tf": FUNCTIONS,
    "modules/gateway/main.tf": 'variable "uri" {}\nvariable "key" {}\n' + dedent(GATEWAY),
    "envs/dev/functions/terragrunt.hcl": UNIT_FUNCTIONS,
    "envs/dev/gateway/terragrunt.hcl": UNIT_GATEWAY,
    "envs/root.hcl": ROOT,
    "envs/dev/env.hcl": 'locals {\n  system = get_env("SYSTEM", "shop")\n}\n',
    "src/say/app.py": CODE,
}


def units(tmp_path: Path, **files: str) -> Inventory:
    return scan(tmp_path, FILES | files)


def test_a_unit_without_a_module_here_is_left_alone(tmp_path: Path) -> None:
    remote = 'terraform {\n  source = "git::https://example.com/modules.git//table?ref=v1"\n}\n'

    assert routes(units(tmp_path, **{"envs/dev/table/terragrunt.hcl": remote})) == {"say": "src/say/app.py:handler"}


@pytest.mark.parametrize(
    "text",
    [
        "locals {\n  system = local.system\n}",
        "locals {",
        "",
        "locals {\n  a = local.b\n  b = local.a\n  system = local.a\n}",
    ],
)
def test_files_that_lead_nowhere_end(tmp_path: Path, text: str) -> None:
    found = units(tmp_path, **{"envs/dev/env.hcl": text})

    assert set(routes(found)) == {"say"}


def test_units_that_depend_on_each_other_end(tmp_path: Path) -> None:
    loop = UNIT_FUNCTIONS.replace("../table", "../gateway").replace("outputs.name", "outputs.uri")

    assert set(routes(units(tmp_path, **{"envs/dev/functions/terragrunt.hcl": loop}))) == {"say"}


def test_a_route_of_one_unit_leads_to_the_function_of_another(tmp_path: Path) -> None:
    found = units(tmp_path)

    (api,) = found.apis
    assert (api.id, api.stage, api.inferred) == ("gateway.aws_apigatewayv2_api.socket", "live", False)
    assert routes(found) == {"say": "src/say/app.py:handler"}
    assert api.location.path == "modules/gateway/main.tf"
    assert [problem.message for problem in found.problems if problem.serious] == []


def test_inputs_come_from_the_unit_from_above_and_from_others(tmp_path: Path) -> None:
    (handler,) = units(tmp_path).handlers

    assert handler.environment == {"TABLE": "mock-rows", "STAGE": "live"}


def test_an_output_goes_before_what_stands_in_for_it(tmp_path: Path) -> None:
    table = 'output "name" {\n  value = "true-rows"\n}\n'
    unit = 'terraform {\n  source = "../../../modules/table"\n}\n'
    found = units(tmp_path, **{"modules/table/main.tf": table, "envs/dev/table/terragrunt.hcl": unit})

    assert found.handlers[0].environment["TABLE"] == "true-rows"


def test_two_environments_of_the_same_modules_are_one_application(tmp_path: Path) -> None:
    other = {path.replace("/dev/", "/prod/"): text for path, text in FILES.items() if "/dev/" in path}
    found = units(tmp_path, **other)

    assert [api.location.path for api in found.apis] == ["modules/gateway/main.tf"]
    assert any("has the routes and the code of" in problem.message for problem in found.problems)
