"""Terraform's resources as APIs, routes, handlers, tables and triggers."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import CustomDomain, Throttling, Trigger
from tests.migrator.scan.terraform.configurations import CODE, SAY, SOCKET, configured, routes

MODULE = """
    variable "api_id" {}
    variable "key" {}
    variable "uri" { default = null }
    resource "aws_apigatewayv2_integration" "this" {
      api_id           = var.api_id
      integration_type = "AWS_PROXY"
      integration_uri  = var.uri
    }
    resource "aws_apigatewayv2_route" "this" {
      api_id    = var.api_id
      route_key = var.key
      target    = "integrations/${aws_apigatewayv2_integration.this.id}"
    }
"""


# What must be left alone


def test_an_http_api_is_no_websocket_api(tmp_path: Path) -> None:
    files = {"say/app.py": "def handler(event, context):\n    pass\n", "web.js": "new WebSocket('wss://x')"}
    found = configured(tmp_path, SOCKET.replace("WEBSOCKET", "HTTP"), SAY, **files)

    assert found.apis == ()
    assert {item.use for item in found.resources if "ApiGateway" in item.type} == {"unrelated"}


def test_configurations_that_have_nothing_to_do_with_it_are_not_read(tmp_path: Path) -> None:
    other = 'resource "aws_s3_bucket" "b" {\n  bucket = \n}\n'
    found = configured(tmp_path, SOCKET, SAY, **{"network/main.tf": other})

    assert found.problems == ()
    assert not any("network" in item.location.path for item in found.resources)


def test_a_resource_that_is_not_created_has_no_route(tmp_path: Path) -> None:
    other = SAY[SAY.index('resource "aws_apigatewayv2_route"') :].replace(
        'route" "say" {', 'route" "no" {\ncount = 0\n'
    )

    assert routes(configured(tmp_path, SOCKET, SAY, other.replace('key = "say"', 'key = "no"'))).keys() == {"say"}


# What is found


def test_a_route_leads_through_its_integration_to_the_packed_code(tmp_path: Path) -> None:
    found = configured(tmp_path, SOCKET, SAY)

    (api,) = found.apis
    assert (api.id, api.name, api.stage, api.route_selection_expression, api.inferred) == (
        "aws_apigatewayv2_api.socket", "shop", "live", "$request.body.op", False,
    )  # fmt: skip
    assert found.declared_by == ("terraform",)
    assert routes(found) == {"say": "say/app.py:handler"}
    assert api.location.line == 2
    assert found.handlers[0].root == "say"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("of_archive", "of_function"),
    [
        ('source_file = "${path.module}/say/app.py"', "filename = data.archive_file.say.output_path"),
        ('source_dir = "./say"', "filename = data.archive_file.say.output_path"),
        ('source_dir = "say"', 'filename = "${path.module}/say.zip"'),
        ('source_dir = "say"', 's3_bucket = "b"\n      s3_key = aws_s3_object.say.key'),
        ('source_dir = "say"', "source_code_hash = data.archive_file.say.output_base64sha256"),
        ("", 's3_bucket = "b"\n      s3_key = "built/elsewhere.zip"'),
        ("", 'filename = "built.zip"'),
    ],
)
def test_the_code_is_found_however_it_is_packed(tmp_path: Path, of_archive: str, of_function: str) -> None:
    text = SAY.replace('source_dir  = "${path.module}/say"', of_archive).replace(
        "filename      = data.archive_file.say.output_path", of_function
    )
    stored = (
        'resource "aws_s3_object" "say" {\n  bucket = "b"\n  key = "say.zip"\n'
        "  source = data.archive_file.say.output_path\n}"
    )
    found = configured(tmp_path, SOCKET, text, stored)

    assert routes(found) == {"say": "say/app.py:handler"}
    guessed = [problem.message for problem in found.problems if not problem.serious]
    assert bool(guessed) == (not of_archive)


def test_routes_by_for_each_over_a_map(tmp_path: Path) -> None:
    text = """
        locals {
          routes = { "$connect" = "connect", "$disconnect" = "connect", say = "app" }
        }
        resource "aws_lambda_function" "by" {
          for_each      = toset(values(local.routes))
          function_name = "fn-${each.key}"
          filename      = data.archive_file.all.output_path
          handler       = "${each.key}.handler"
          runtime       = "python3.12"
        }
        data "archive_file" "all" {
          type        = "zip"
          source_dir  = "${path.root}/say"
          output_path = "all.zip"
        }
        resource "aws_apigatewayv2_integration" "by" {
          for_each         = local.routes
          api_id           = aws_apigatewayv2_api.socket.id
          integration_type = "AWS_PROXY"
          integration_uri  = aws_lambda_function.by[each.value].invoke_arn
        }
        resource "aws_apigatewayv2_route" "by" {
          for_each  = aws_apigatewayv2_integration.by
          api_id    = aws_apigatewayv2_api.socket.id
          route_key = each.key
          target    = "integrations/${each.value.id}"
        }
    """
    found = configured(tmp_path, SOCKET, text, **{"say/connect.py": CODE})

    assert routes(found) == {
        "$connect": "say/connect.py:handler", "$disconnect": "say/connect.py:handler", "say": "say/app.py:handler",
    }  # fmt: skip
    assert 'aws_apigatewayv2_route.by["$connect"]' in {item.id for item in found.resources}


def test_routes_by_count(tmp_path: Path) -> None:
    text = SAY.replace('route" "say" {', 'route" "say" {\n      count = length(var.keys)').replace(
        'route_key = "say"', "route_key = var.keys[count.index]"
    )
    found = configured(tmp_path, SOCKET, text, 'variable "keys" {\n  default = ["say", "shout"]\n}')

    assert set(routes(found)) == {"say", "shout"}


def test_a_local_module_gets_its_inputs_and_gives_its_outputs(tmp_path: Path) -> None:
    call = """
        module "whisper" {
          source = "./modules/route"
          api_id = module.api.id
          key    = "whisper"
          uri    = aws_lambda_function.say.invoke_arn
        }
        module "api" {
          source = "./modules/api"
        }
    """
    api = SOCKET + '\noutput "id" {\n  value = aws_apigatewayv2_api.socket.id\n}'
    function = SAY.split('resource "aws_apigatewayv2_integration"')[0]
    found = configured(tmp_path, call, function, **{"modules/route/main.tf": MODULE, "modules/api/main.tf": api})

    assert routes(found) == {"whisper": "say/app.py:handler"}
    assert found.apis[0].id == "module.api.aws_apigatewayv2_api.socket"
    assert found.apis[0].routes[0].location.path == "modules/route/main.tf"


def test_a_module_may_be_called_many_times(tmp_path: Path) -> None:
    call = """
        module "by" {
          for_each = { say = 1, shout = 2 }
          source   = "./modules/route"
          api_id   = aws_apigatewayv2_api.socket.id
          key      = each.key
          uri      = aws_lambda_function.say.invoke_arn
        }
    """
    function = SAY.split('resource "aws_apigatewayv2_integration"')[0]
    found = configured(tmp_path, SOCKET, call, function, **{"modules/route/main.tf": MODULE})

    assert set(routes(found)) == {"say", "shout"}
    assert 'module.by["say"].aws_apigatewayv2_route.this' in {item.id for item in found.resources}


def test_a_module_from_elsewhere_is_a_problem_with_its_source(tmp_path: Path) -> None:
    found = configured(tmp_path, SOCKET, SAY, 'module "net" {\n  source = "acme/network/aws"\n}')

    assert [problem.message for problem in found.problems] == [
        "module net comes from acme/network/aws, which is not in the application"
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"terraform.tfvars": 'stage = "given"'},
        {"live.auto.tfvars": 'stage = "given"', "terraform.tfvars": 'stage = "less"'},
        {"terraform.tfvars.json": '{"stage": "given"}'},
        {"env/live.tfvars": 'stage = "given"'},
    ],
)
def test_variables_come_from_their_files(tmp_path: Path, given: dict[str, str]) -> None:
    text = SOCKET.replace('name   = "live"', "name   = var.stage")
    found = configured(tmp_path, text, SAY, 'variable "stage" {\n  default = "default"\n}', **given)

    assert found.apis[0].stage == "given"


def test_a_key_that_is_not_known_is_a_serious_problem(tmp_path: Path) -> None:
    found = configured(tmp_path, SOCKET, SAY.replace('route_key = "say"', "route_key = var.key"), 'variable "key" {}')

    assert [problem.message for problem in found.problems if problem.serious][:1] == [
        "the key of route aws_apigatewayv2_route.say is not known: variable key has no default; it is given at deployment"
    ]


def test_an_unknown_for_each_names_the_predicate_that_failed(tmp_path: Path) -> None:
    text = SAY.replace('route" "say" {', 'route" "say" {\n      for_each = var.keys').replace('"say"\n', "each.key\n")
    found = configured(tmp_path, SOCKET, text, 'variable "keys" {}')

    assert "the for_each of aws_apigatewayv2_route.say is not known: variable keys has no default" in " ".join(
        problem.message for problem in found.problems
    )


def test_authorizers_with_their_sources(tmp_path: Path) -> None:
    text = """
        resource "aws_lambda_function" "guard" {
          function_name = "guard"
          filename      = data.archive_file.say.output_path
          handler       = "guard.check"
          runtime       = "python3.12"
        }
        resource "aws_apigatewayv2_authorizer" "guard" {
          api_id           = aws_apigatewayv2_api.socket.id
          authorizer_type  = "REQUEST"
          authorizer_uri   = aws_lambda_function.guard.invoke_arn
          identity_sources = ["route.request.querystring.token"]
          name             = "doorman"
        }
    """
    route = SAY.replace(
        'route_key = "say"',
        'route_key = "$connect"\n      authorization_type = "CUSTOM"\n'
        "      authorizer_id = aws_apigatewayv2_authorizer.guard.id",
    )
    found = configured(tmp_path, SOCKET, route, text, **{"say/guard.py": "def check(event, context):\n    return {}\n"})

    authorizer = found.apis[0].authorizer
    assert authorizer is not None
    assert (authorizer.name, authorizer.handler, authorizer.identity_sources) == (
        "doorman", "say/guard.py:check", ("route.request.querystring.token",),
    )  # fmt: skip


def test_route_responses_settings_and_domains(tmp_path: Path) -> None:
    text = """
        resource "aws_apigatewayv2_route_response" "say" {
          api_id             = aws_apigatewayv2_api.socket.id
          route_id           = aws_apigatewayv2_route.say.id
          route_response_key = "$default"
        }
        resource "aws_apigatewayv2_domain_name" "d" {
          domain_name = "ws.example.com"
          domain_name_configuration {
            certificate_arn = "arn:aws:acm:us-east-1:1:certificate/x"
          }
        }
        resource "aws_apigatewayv2_api_mapping" "d" {
          api_id          = aws_apigatewayv2_api.socket.id
          domain_name     = aws_apigatewayv2_domain_name.d.id
          stage           = aws_apigatewayv2_stage.live.id
          api_mapping_key = "chat"
        }
    """
    stage = SOCKET.replace(
        'name   = "live"',
        'name   = "live"\n      stage_variables = { tone = "loud" }\n      default_route_settings {\n'
        "        throttling_rate_limit  = 5\n        throttling_burst_limit = 9\n      }",
    )
    api = configured(
        tmp_path, stage, SAY.replace('AWS_PROXY"', 'AWS_PROXY"\n      timeout_milliseconds = 5000'), text
    ).apis[0]

    (route,) = api.routes
    assert route.route_response
    assert (route.settings.timeout_s, route.settings.throttling) == (5.0, Throttling(rate_per_s=5, burst=9))
    assert api.stage_variables == {"tone": "loud"}
    assert api.domains == (CustomDomain(host="ws.example.com", base_path="chat"),)


@pytest.mark.parametrize(
    ("integration", "kind"),
    [
        ('integration_type = "MOCK"\n      request_templates = { "$default" = "{\\"statusCode\\":200}" }', "MOCK"),
        ('integration_type = "HTTP_PROXY"\n      integration_uri = "https://x.example/in"', "HTTP_PROXY"),
        (
            'integration_type = "AWS"\n      integration_uri = "arn:aws:apigateway:us-east-1:sqs:path/1/${aws_sqs_queue.q.name}"',
            "AWS",
        ),
    ],
)
def test_routes_without_a_function(tmp_path: Path, integration: str, kind: str) -> None:
    text = SAY.replace(
        'integration_type = "AWS_PROXY"\n      integration_uri  = aws_lambda_function.say.invoke_arn', integration
    )
    found = configured(tmp_path, SOCKET, text, 'resource "aws_sqs_queue" "q" {\n  name = "in"\n}')

    (route,) = found.apis[0].functionless_routes
    assert (route.key, route.integration.type) == ("say", kind)
    assert found.apis[0].unserved_routes == ()


def test_a_route_to_what_is_not_here_is_listed_as_not_served(tmp_path: Path) -> None:
    text = SAY.replace(
        "aws_lambda_function.say.invoke_arn", '"arn:aws:apigateway:us-east-1:sns:action/Publish"'
    ).replace("AWS_PROXY", "AWS")

    assert [route.key for route in configured(tmp_path, SOCKET, text).apis[0].unserved_routes] == ["say"]


def test_tables_with_keys_indexes_ttl_and_stream(tmp_path: Path) -> None:
    text = """
        resource "aws_dynamodb_table" "rows" {
          name             = "rows"
          hash_key         = "room"
          range_key        = "connection_id"
          stream_enabled   = true
          stream_view_type = "NEW_IMAGE"
          dynamic "attribute" {
            for_each = ["room", "connection_id", "user"]
            content {
              name = attribute.value
              type = "S"
            }
          }
          global_secondary_index {
            name            = "by-user"
            hash_key        = "user"
            projection_type = "ALL"
          }
          ttl {
            attribute_name = "expires"
            enabled        = true
          }
        }
        resource "aws_lambda_event_source_mapping" "m" {
          event_source_arn = aws_dynamodb_table.rows.stream_arn
          function_name    = aws_lambda_function.say.arn
        }
    """
    found = configured(tmp_path, SOCKET, SAY, text)

    (definition,) = found.table_definitions
    assert definition["KeySchema"] == [
        {"AttributeName": "room", "KeyType": "HASH"}, {"AttributeName": "connection_id", "KeyType": "RANGE"},
    ]  # fmt: skip
    assert len(definition["AttributeDefinitions"]) == 3  # type: ignore[arg-type]
    assert definition["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert [index["IndexName"] for index in definition["GlobalSecondaryIndexes"]] == ["by-user"]  # type: ignore[attr-defined]
    assert Trigger(kind="stream", source="aws_dynamodb_table.rows") in found.handlers[0].triggers


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        (
            'resource "aws_sqs_queue" "q" {}\nresource "aws_lambda_event_source_mapping" "m" {\n'
            "  event_source_arn = aws_sqs_queue.q.arn\n  function_name = aws_lambda_function.say.function_name\n}",
            Trigger(kind="queue", source="aws_sqs_queue.q"),
        ),
        (
            'resource "aws_cloudwatch_event_rule" "r" {\n  schedule_expression = "rate(1 hour)"\n}\n'
            'resource "aws_cloudwatch_event_target" "t" {\n  rule = aws_cloudwatch_event_rule.r.name\n'
            "  arn = aws_lambda_function.say.arn\n}",
            Trigger(kind="schedule", source="rate(1 hour)"),
        ),
        (
            'resource "aws_sns_topic" "s" {}\nresource "aws_sns_topic_subscription" "t" {\n'
            '  topic_arn = aws_sns_topic.s.arn\n  protocol = "lambda"\n  endpoint = aws_lambda_function.say.arn\n}',
            Trigger(kind="queue", source="aws_sns_topic.s"),
        ),
    ],
)
def test_triggers(tmp_path: Path, text: str, trigger: Trigger) -> None:
    assert trigger in configured(tmp_path, SOCKET, SAY, text).handlers[0].triggers


@pytest.mark.parametrize(
    "policy",
    [
        'policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["execute-api:ManageConnections"], '
        'Resource = "${aws_apigatewayv2_api.socket.execution_arn}/*" }] })',
        'policy = <<EOF\n{"Statement": [{"Effect": "Allow", "Action": "execute-api:ManageConnections",\n'
        '  "Resource": "${aws_apigatewayv2_api.socket.execution_arn}/*"}]}\nEOF\n',
        "policy = data.aws_iam_policy_document.push.json",
    ],
)
def test_permissions_to_push(tmp_path: Path, policy: str) -> None:
    text = f"""
resource "aws_iam_role" "r" {{
  name = "r"
}}
resource "aws_iam_role_policy" "push" {{
  role = aws_iam_role.r.id
  {policy}
}}
data "aws_iam_policy_document" "push" {{
  statement {{
    actions   = ["execute-api:ManageConnections"]
    resources = ["${{aws_apigatewayv2_api.socket.execution_arn}}/*"]
  }}
}}
"""
    found = {item.id: item for item in configured(tmp_path, SOCKET, SAY, text).resources}

    assert found["aws_apigatewayv2_api.socket"].referrers.count("aws_iam_role_policy.push") == 1
    assert found["aws_iam_role_policy.push"].use == "unknown"  # no function has this role


def test_outputs_that_carry_the_address(tmp_path: Path) -> None:
    text = 'output "url" {\n  value = aws_apigatewayv2_stage.live.invoke_url\n}\noutput "other" {\n  value = "x"\n}'
    found = {item.id: item for item in configured(tmp_path, SOCKET, SAY, text).resources}

    assert found["output.url"].use == "websocket_only"
    assert found["output.url"].properties["Value"].endswith(".execute-api.us-east-1.amazonaws.com/live")
    assert found["output.other"].use == "unrelated"


def test_variables_of_functions(tmp_path: Path) -> None:
    text = SAY.replace(
        'runtime       = "python3.12"',
        'runtime       = "python3.12"\n      environment {\n        variables = merge(local.shared, {\n'
        "          TABLE = aws_dynamodb_table.t.name\n          SECRET = var.secret\n        })\n      }",
    )
    more = 'locals {\n  shared = { TONE = "loud" }\n}\nvariable "secret" {}\nresource "aws_dynamodb_table" "t" {\n'
    more += '  name = "rows"\n  hash_key = "id"\n  attribute {\n    name = "id"\n    type = "S"\n  }\n}'
    found = configured(tmp_path, SOCKET, text, more)

    assert found.handlers[0].environment == {"TONE": "loud", "TABLE": "rows"}
    assert found.unresolved == {"SECRET": "variable secret has no default; it is given at deployment"}


def test_a_container_image_leads_to_its_dockerfile(tmp_path: Path) -> None:
    text = SAY.replace(
        "filename      = data.archive_file.say.output_path", 'package_type = "Image"\n      image_uri = var.i'
    )
    text = text.replace('handler       = "app.handler"\n      runtime       = "python3.12"', "")
    docker = {
        "say/Dockerfile": 'FROM x\nCMD ["app.handler"]\n',
        "other/Dockerfile": 'CMD ["app.handler"]\n',
        "other/app.py": CODE,
    }
    found = configured(tmp_path, SOCKET, text, 'variable "i" {}', **docker)

    assert routes(found) == {"say": "say/app.py:handler"}


def test_the_region_is_the_providers(tmp_path: Path) -> None:
    assert configured(tmp_path, SOCKET, SAY, 'provider "aws" {\n  region = "eu-west-3"\n}').region == "eu-west-3"
