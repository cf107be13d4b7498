"""Terraform: what only the WebSocket API uses leaves the module later, and nothing else moves."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.rewrite.infra.hcl_document import HclDocument
from migrator.rewrite.infra.yaml_document import CannotEdit
from tests.migrator.rewrite.infra.stacks import after_both_steps, apply_later, outcome, planned

API = """\
resource "aws_apigatewayv2_api" "chat" {
  name                       = "chat"
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
}

resource "aws_apigatewayv2_route" "say" {
  api_id    = aws_apigatewayv2_api.chat.id
  route_key = "say"
  target    = "integrations/${aws_apigatewayv2_integration.say.id}"
}

resource "aws_apigatewayv2_integration" "say" {
  api_id           = aws_apigatewayv2_api.chat.id
  integration_type = "AWS_PROXY"
  integration_uri  = aws_lambda_function.say.invoke_arn
}

resource "aws_lambda_function" "say" {
  function_name = "say"
  handler       = "app.say"
  runtime       = "python3.13"
  filename      = "app.zip"
  role          = aws_iam_role.say.arn
}

"""
REST = """\
resource "aws_lambda_function" "rest" {
  function_name = "rest"
  handler       = "rest.run"
  runtime       = "python3.13"
  filename      = "app.zip"
}

"""


def left_of(tmp_path: Path, extra: str) -> str:
    return after_both_steps(tmp_path, "main.tf", API + REST + dedent(extra).lstrip("\n"))


STAYS = {
    "a queue": 'resource "aws_sqs_queue" "jobs" {}\n',
    "odd spacing and comments": '# jobs\nresource   "aws_sqs_queue"   "jobs" {\n  name="jobs" // plain\n}\n',
    "an HTTP API": 'resource "aws_apigatewayv2_api" "http" {\n  name = "h"\n  protocol_type = "HTTP"\n}\n',
    "a stage of an HTTP API": """
        resource "aws_apigatewayv2_api" "http" {
          name          = "h"
          protocol_type = "HTTP"
        }

        resource "aws_apigatewayv2_stage" "http" {
          api_id = aws_apigatewayv2_api.http.id
          name   = "$default"
        }
        """,
    "a permission for another function": """
        resource "aws_lambda_permission" "rest" {
          action        = "lambda:InvokeFunction"
          function_name = aws_lambda_function.rest.function_name
          principal     = "apigateway.amazonaws.com"
        }
        """,
    "a log group of another function": """
        resource "aws_cloudwatch_log_group" "rest" {
          name = "/aws/lambda/${aws_lambda_function.rest.function_name}"
        }
        """,
    "an output of another function": 'output "rest" {\n  value = aws_lambda_function.rest.arn\n}\n',
    "variables and providers": 'variable "stage" {\n  default = "prod"\n}\n\nprovider "aws" {\n  region = "us-east-1"\n}\n',
    "a comment with the API's name": "# aws_apigatewayv2_api.chat was here\n",
    "a string with the API's name": 'resource "aws_sqs_queue" "jobs" {\n  name = "aws_apigatewayv2_api.chat"\n}\n',
    "a heredoc": 'resource "aws_sqs_queue" "jobs" {\n  policy = <<-EOT\n    aws_apigatewayv2_api.chat {\n  EOT\n}\n',
    "a name that begins alike": """
        resource "aws_sqs_queue" "jobs" {
          name = aws_apigatewayv2_api.chat_two.id
        }
        """,
    "a statement about something else": """
        resource "aws_iam_role_policy" "rest" {
          role = "rest"
          policy = jsonencode({
            Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" }]
          })
        }
        """,
    "for expressions": 'locals {\n  names = { for key, value in var.all : key => upper(value) if value != "" }\n}\n',
    "a module": 'module "network" {\n  source = "./network"\n  cidr   = "10.0.0.0/16"\n}\n',
    "conditions over lines": "locals {\n  size = (\n    var.big\n    ? 2\n    : 1\n  )\n}\n",
    "an order among others": """
        resource "aws_sqs_queue" "jobs" {
          depends_on = [aws_lambda_function.rest]
        }
        """,
}


@pytest.mark.parametrize("extra", STAYS.values(), ids=STAYS)
def test_leaves_alone(tmp_path: Path, extra: str) -> None:
    assert left_of(tmp_path, extra) == REST + dedent(extra).lstrip("\n")


QUEUE = 'resource "aws_sqs_queue" "jobs" {\n'
FN = 'resource "aws_lambda_function" "more" {\n  function_name = "more"\n  handler = "rest.run"\n'
ROLE = 'resource "aws_iam_role_policy" "p" {\n  role = aws_lambda_function.rest.role\n  policy = jsonencode({\n    Statement = [\n'
LEAVES = {
    "a stage": (
        'resource "aws_apigatewayv2_stage" "chat" {\n  api_id = aws_apigatewayv2_api.chat.id\n  name = "prod"\n}\n',
        "",
    ),
    "a permission": (
        'resource "aws_lambda_permission" "say" {\n  action = "lambda:InvokeFunction"\n'
        "  function_name = aws_lambda_function.say.function_name\n}\n",
        "",
    ),
    "a comment right above": (
        '# lets it call\nresource "aws_lambda_permission" "say" {\n  action = "lambda:InvokeFunction"\n'
        "  function_name = aws_lambda_function.say.arn\n}\n",
        "",
    ),
    "a log group": (
        'resource "aws_cloudwatch_log_group" "say" {\n'
        '  name = "/aws/lambda/${aws_lambda_function.say.function_name}"\n}\n',
        "",
    ),
    "an alarm": (
        'resource "aws_cloudwatch_metric_alarm" "say" {\n'
        "  dimensions = { FunctionName = aws_lambda_function.say.function_name }\n}\n",
        "",
    ),
    "an output": ('output "address" {\n  value = aws_apigatewayv2_api.chat.api_endpoint\n}\n', ""),
    "a local and who uses it": (
        "locals {\n  address = aws_apigatewayv2_api.chat.api_endpoint\n  size = 1\n}\n\n"
        'output "address" {\n  value = local.address\n}\n',
        "locals {\n  size = 1\n}\n",
    ),
    "an element of an order": (
        QUEUE + "  depends_on = [aws_lambda_function.say, aws_lambda_function.rest]\n}\n",
        QUEUE + "  depends_on = [aws_lambda_function.rest]\n}\n",
    ),
    "the last element of an order": (
        QUEUE + "  depends_on = [\n    aws_lambda_function.rest,\n    aws_lambda_function.say,\n  ]\n}\n",
        QUEUE + "  depends_on = [\n    aws_lambda_function.rest,\n  ]\n}\n",
    ),
    "a statement of several": (
        ROLE + '      { Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" },\n'
        '      {\n        Effect = "Allow"\n        Action = ["execute-api:ManageConnections"]\n'
        '        Resource = "*"\n      },\n    ]\n  })\n}\n',
        ROLE + '      { Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" },\n    ]\n  })\n}\n',
    ),
    "a policy of one statement": (
        ROLE + '      { Effect = "Allow", Action = "execute-api:ManageConnections", Resource = "*" }\n    ]\n  })\n}\n',
        "",
    ),
    "an action of several": (
        ROLE + '      { Effect = "Allow", Action = ["sqs:SendMessage", "execute-api:ManageConnections"],'
        ' Resource = "*" },\n    ]\n  })\n}\n',
        ROLE + '      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = "*" },\n    ]\n  })\n}\n',
    ),
    "a resource of several": (
        ROLE + '      { Effect = "Allow", Action = "execute-api:Invoke", Resource = ["arn:a", '
        '"${aws_apigatewayv2_api.chat.execution_arn}/*"] },\n    ]\n  })\n}\n',
        ROLE + '      { Effect = "Allow", Action = "execute-api:Invoke", Resource = ["arn:a"] },\n    ]\n  })\n}\n',
    ),
    "a statement block": (
        'data "aws_iam_policy_document" "p" {\n  statement {\n    actions   = ["sqs:SendMessage"]\n'
        '    resources = ["*"]\n  }\n  statement {\n    actions   = ["execute-api:ManageConnections"]\n'
        '    resources = ["*"]\n  }\n}\n',
        'data "aws_iam_policy_document" "p" {\n  statement {\n    actions   = ["sqs:SendMessage"]\n'
        '    resources = ["*"]\n  }\n}\n',
    ),
    "a variable that nobody reads": (
        FN
        + "  environment {\n    variables = {\n      A  = 1\n      WS = aws_apigatewayv2_api.chat.id\n    }\n  }\n}\n",
        FN + "  environment {\n    variables = {\n      A  = 1\n    }\n  }\n}\n",
    ),
    "a variable on one line": (
        FN + "  environment {\n    variables = { A = 1, WS = aws_apigatewayv2_api.chat.id }\n  }\n}\n",
        FN + "  environment {\n    variables = { A = 1 }\n  }\n}\n",
    ),
    "the address that is read, for the new one": (
        FN + "  environment {\n    variables = {\n      ADDRESS = aws_apigatewayv2_api.chat.api_endpoint # it\n"
        "    }\n  }\n}\n",
        FN
        + '  environment {\n    variables = {\n      ADDRESS = "https://${var.sse_domain_name}" # it\n    }\n  }\n}\n',
    ),
}


@pytest.mark.parametrize(("extra", "kept"), LEAVES.values(), ids=LEAVES)
def test_takes_out(tmp_path: Path, extra: str, kept: str) -> None:
    assert left_of(tmp_path, extra).rstrip() == (REST + kept).rstrip()


REFUSED = {
    "a distribution in front of it": (
        'resource "aws_cloudfront_distribution" "web" {\n  origin {\n'
        "    domain_name = aws_apigatewayv2_api.chat.api_endpoint\n  }\n}\n",
        "aws_cloudfront_distribution.web.origin.domain_name in main.tf refers to aws_apigatewayv2_api.chat",
    ),
    "a module that is told of it": (
        'module "watch" {\n  source = "./watch"\n  api    = aws_apigatewayv2_api.chat.id\n}\n',
        "module.watch.api in main.tf refers to aws_apigatewayv2_api.chat",
    ),
    "an id in a variable that is read": (
        FN + "  environment {\n    variables = { ADDRESS = aws_apigatewayv2_api.chat.id }\n  }\n}\n",
        "refers to aws_apigatewayv2_api.chat",
    ),
    "the only statement of a document": (
        'data "aws_iam_policy_document" "p" {\n  statement {\n    actions = ["execute-api:ManageConnections"]\n  }\n}\n',
        "statement allows nothing else but sending to connections",
    ),
}


@pytest.mark.parametrize(("extra", "why"), REFUSED.values(), ids=REFUSED)
def test_refuses_what_would_refer_to_nothing(tmp_path: Path, extra: str, why: str) -> None:
    made = planned(tmp_path, {"main.tf": API + REST + extra})
    assert why in made.changes[0].refused
    assert made.changes[0].later == {}
    assert outcome(made, "aws_apigatewayv2_api.chat").status == "skipped"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_patch_applies_with_git(tmp_path: Path, line_end: str) -> None:
    files = {
        "main.tf": (API + REST).replace("\n", line_end),
        "out.tf": f'output "address" {{{line_end}  value = aws_apigatewayv2_api.chat.id{line_end}}}',
    }
    made = planned(tmp_path / "app", files)
    left = apply_later(tmp_path / "new", made, files)
    assert left["main.tf"] == REST.replace("\n", line_end)
    assert left["out.tf"] == ""


def test_the_service_has_what_the_functions_had(tmp_path: Path) -> None:
    role = """\
resource "aws_iam_role" "say" {
  name = "say"
}

resource "aws_iam_role_policy" "say" {
  role   = aws_iam_role.say.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "dynamodb:*", Resource = aws_dynamodb_table.t.arn }] })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.say.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy_attachment" "queues" {
  role       = aws_iam_role.say.name
  policy_arn = aws_iam_policy.queues.arn
}
"""
    api = API.replace(
        "  role          = aws_iam_role.say.arn\n",
        "  role          = aws_iam_role.say.arn\n\n  environment {\n    variables = {\n"
        "      TABLE = aws_dynamodb_table.t.name\n      UNREAD = 1\n    }\n  }\n",
    )
    made = planned(tmp_path, {"main.tf": api + role})
    service = made.changes[0].new["sse_service.tf"]
    assert '{ name = "TABLE", value = aws_dynamodb_table.t.name },' in service
    assert "UNREAD" not in service
    assert "policy      = aws_iam_role_policy.say.policy" in service
    assert "policy_arn = aws_iam_policy.queues.arn" in service
    assert "AWSLambdaBasicExecutionRole" not in service
    assert "sse_push_token" not in service
    HclDocument(service)
    assert 'resource "aws_iam_role_policy" "say"' in made.changes[0].later["main.tf"], "the service goes on using it"


WORKER = """\
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  handler       = "worker.run"
  runtime       = "python3.13"
  filename      = "app.zip"
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.worker.arn
}

resource "aws_sqs_queue" "jobs" {}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '  filename      = "app.zip"\n',
            '  filename      = "app.zip"\n  environment {\n    variables = {\n      PUSH_URL',
        ),
        (
            '  filename      = "app.zip"\n  environment {\n    variables = {\n      A = 1\n    }\n  }\n',
            "      A = 1\n      PUSH_URL",
        ),
        ('  filename      = "app.zip"\n  environment {\n    variables = { A = 1 }\n  }\n', "A = 1 \n      PUSH_URL"),
    ],
    ids=["no environment", "an environment", "an environment on one line"],
)
def test_a_function_that_pushes_from_elsewhere_learns_where_to(tmp_path: Path, before: str, after: str) -> None:
    worker = WORKER.replace('  filename      = "app.zip"\n', before)
    made = planned(tmp_path, {"main.tf": API + worker})
    text = made.changes[0].first["main.tf"]
    assert after in text
    assert "data.aws_secretsmanager_secret_version.sse_push_token[*].secret_string" in text
    HclDocument(text)
    assert outcome(made, "aws_lambda_function.worker").rule == "infra_env"
    assert '[{ name = "PUSH_TOKEN"' in made.changes[0].new["sse_service.tf"]


@pytest.mark.parametrize(
    "text",
    ["a = {", 'a = "b', "a = [1", "block {", "a = )", "/* x", "a = <<EOT\nx\n", "= 1", "a = (" * 100, "a = {" * 100],
)
def test_what_is_no_hcl_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit, match="it isn't valid HCL"):
        HclDocument(text)
