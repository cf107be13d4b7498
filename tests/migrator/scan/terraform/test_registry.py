"""Modules of the public registry create what they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import CustomDomain, Trigger
from tests.migrator.scan.terraform.configurations import CODE, configured, routes

FUNCTION = """
    module "say" {
      source        = "terraform-aws-modules/lambda/aws"
      version       = "~> 7.0"
      function_name = "shop-say"
      handler       = "app.handler"
      runtime       = "python3.12"
      source_path   = "${path.module}/say"
      environment_variables = { TABLE = module.rows.dynamodb_table_id }
      event_source_mapping  = { jobs = { event_source_arn = module.jobs.queue_arn } }
      policy_statements     = {
        push = { effect = "Allow", actions = ["execute-api:ManageConnections"], resources = ["${module.socket.api_execution_arn}/*"] }
      }
    }
    module "rows" {
      source     = "terraform-aws-modules/dynamodb-table/aws"
      name       = "rows"
      hash_key   = "id"
      attributes = [{ name = "id", type = "S" }, { name = "room", type = "S" }]
      global_secondary_indexes = [{ name = "by-room", hash_key = "room", projection_type = "ALL" }]
      ttl_enabled        = true
      ttl_attribute_name = "expires"
    }
    module "jobs" {
      source = "git::https://github.com/terraform-aws-modules/terraform-aws-sqs.git?ref=v4.0.0"
      name   = "jobs"
    }
"""
GATEWAY = """
    module "socket" {
      source        = "terraform-aws-modules/apigateway-v2/aws"
      name          = "shop"
      protocol_type = "WEBSOCKET"
      route_selection_expression = "$request.body.op"
      stage_name    = "live"
      domain_name   = "ws.example.com"
      routes = {
        "$connect" = { integration = { uri = module.say.lambda_function_invoke_arn }, authorization_type = "CUSTOM", authorizer_key = "door" }
        say        = { integration = { uri = module.say.lambda_function_invoke_arn, timeout_milliseconds = 9000 } }
      }
      authorizers = {
        door = { authorizer_uri = module.say.lambda_function_invoke_arn, identity_sources = ["route.request.querystring.t"] }
      }
    }
"""
OLDER = """
    module "socket" {
      source        = "terraform-aws-modules/apigateway-v2/aws"
      version       = "2.2.2"
      name          = "shop"
      protocol_type = "WEBSOCKET"
      integrations  = {
        "$connect" = { lambda_arn = module.say.lambda_function_arn }
        say        = { lambda_arn = module.say.lambda_function_arn }
      }
    }
"""


@pytest.mark.parametrize("gateway", [GATEWAY, OLDER])
def test_routes_of_the_gateway_module(tmp_path: Path, gateway: str) -> None:
    found = configured(tmp_path, FUNCTION, gateway)

    assert routes(found) == {"$connect": "say/app.py:handler", "say": "say/app.py:handler"}
    assert [problem for problem in found.problems if problem.serious] == []


def test_settings_of_the_gateway_module(tmp_path: Path) -> None:
    (api,) = configured(tmp_path, FUNCTION, GATEWAY).apis

    assert (api.id, api.stage, api.route_selection_expression) == (
        "module.socket.aws_apigatewayv2_api.this", "live", "$request.body.op",
    )  # fmt: skip
    assert api.domains == (CustomDomain(host="ws.example.com"),)
    assert api.authorizer is not None
    assert (api.authorizer.name, api.authorizer.identity_sources) == ("door", ("route.request.querystring.t",))
    assert {route.key: route.settings.timeout_s for route in api.routes} == {"$connect": None, "say": 9.0}
    assert api.location.path == "main.tf"


def test_functions_tables_and_queues(tmp_path: Path) -> None:
    found = configured(tmp_path, FUNCTION, GATEWAY)

    (handler,) = found.handlers
    assert handler.environment == {"TABLE": "rows"}
    assert Trigger(kind="queue", source="module.jobs.aws_sqs_queue.this") in handler.triggers
    (definition,) = found.table_definitions
    assert definition["TableName"] == "rows"
    assert any(item.id.startswith("module.say.aws_iam_role_policy.statements") for item in found.resources)


@pytest.mark.parametrize(
    "path", ['"say/app.py"', '[{ path = "${path.module}/say", pip_requirements = false }]', '["say", "other"]', "null"]
)
def test_sources_of_the_function_module(tmp_path: Path, path: str) -> None:
    text = FUNCTION.replace('"${path.module}/say"', path)

    assert set(routes(configured(tmp_path, text, GATEWAY, **{"say/app.py": CODE})).values()) == {"say/app.py:handler"}


def test_a_module_that_is_not_known_is_said(tmp_path: Path) -> None:
    other = 'module "net" {\n  source = "terraform-aws-modules/vpc/aws"\n}'
    found = configured(tmp_path, FUNCTION, GATEWAY, other)

    assert [problem.message for problem in found.problems] == [
        "module net comes from terraform-aws-modules/vpc/aws, which is not in the application"
    ]
