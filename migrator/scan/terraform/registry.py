"""Modules of the public registry that many configurations call, in short: what they create of their inputs.

Only what a scan asks for: APIs, routes, functions, tables, queues. Inputs and outputs are called as the modules call
them, of all major versions.
https://registry.terraform.io/modules/terraform-aws-modules/lambda/aws/latest
https://registry.terraform.io/modules/terraform-aws-modules/apigateway-v2/aws/latest
https://registry.terraform.io/modules/terraform-aws-modules/dynamodb-table/aws/latest
https://registry.terraform.io/modules/terraform-aws-modules/sqs/aws/latest
"""

from __future__ import annotations

import re
from typing import Final

from migrator.inventory.record import Location
from migrator.scan.terraform.syntax import Block, Body, Problems, Written, parse

_SOURCE: Final = re.compile(r"terraform-aws-modules/(?:terraform-aws-)?([\w-]+?)(?:/aws|\.git|\?|//|$)")

_LAMBDA: Final = """
locals {
  first = try(flatten([var.source_path])[0].path, flatten([var.source_path])[0])
}
data "archive_file" "this" {
  source_dir  = local.first
  output_path = "package.zip"
}
resource "aws_lambda_function" "this" {
  function_name    = var.function_name
  handler          = try(var.handler, "")
  runtime          = try(var.runtime, "python")
  package_type     = try(var.package_type, "Zip")
  image_uri        = try(var.image_uri, null)
  filename         = try(var.local_existing_package, null)
  source_code_hash = data.archive_file.this.output_base64sha256
  environment {
    variables = try(var.environment_variables, {})
  }
}
resource "aws_lambda_event_source_mapping" "this" {
  for_each         = try(var.event_source_mapping, {})
  event_source_arn = each.value.event_source_arn
  function_name    = aws_lambda_function.this.arn
}
resource "aws_iam_role" "lambda" {
  name = "${var.function_name}-role"
}
resource "aws_iam_role_policy" "statements" {
  role   = aws_iam_role.lambda.name
  policy = jsonencode({ Statement = [for s in try(values(var.policy_statements), var.policy_statements, []) : {
    Effect = try(s.effect, "Allow"), Action = try(s.actions, []), Resource = try(s.resources, [])
  }] })
}
resource "aws_iam_role_policy" "json" {
  role   = aws_iam_role.lambda.name
  policy = try(var.policy_json, "{}")
}
resource "aws_cloudwatch_log_group" "lambda" {
  name = "/aws/lambda/${aws_lambda_function.this.function_name}"
}
output "lambda_function_arn"              { value = aws_lambda_function.this.arn }
output "lambda_function_arn_static"       { value = aws_lambda_function.this.arn }
output "lambda_function_invoke_arn"       { value = aws_lambda_function.this.invoke_arn }
output "lambda_function_name"             { value = aws_lambda_function.this.function_name }
output "lambda_function_qualified_arn"    { value = aws_lambda_function.this.qualified_arn }
output "this_lambda_function_arn"         { value = aws_lambda_function.this.arn }
output "this_lambda_function_invoke_arn"  { value = aws_lambda_function.this.invoke_arn }
output "this_lambda_function_name"        { value = aws_lambda_function.this.function_name }
output "lambda_role_arn"                  { value = aws_iam_role.lambda.arn }
output "lambda_role_name"                 { value = aws_iam_role.lambda.name }
output "lambda_cloudwatch_log_group_name" { value = aws_cloudwatch_log_group.lambda.name }
"""

_GATEWAY: Final = """
locals {
  routes = try(var.routes, var.integrations, {})
}
resource "aws_apigatewayv2_api" "this" {
  name                       = var.name
  protocol_type              = try(var.protocol_type, "HTTP")
  route_selection_expression = try(var.route_selection_expression, "$request.body.action")
}
resource "aws_apigatewayv2_integration" "this" {
  for_each                      = local.routes
  api_id                        = aws_apigatewayv2_api.this.id
  integration_type              = try(each.value.integration.type, each.value.integration_type, "AWS_PROXY")
  integration_uri               = try(each.value.integration.uri, each.value.lambda_arn, each.value.uri, null)
  integration_method            = try(each.value.integration.method, each.value.integration_method, "POST")
  timeout_milliseconds          = try(each.value.integration.timeout_milliseconds, null)
  request_templates             = try(each.value.integration.request_templates, each.value.request_templates, {})
  request_parameters            = try(each.value.integration.request_parameters, {})
  template_selection_expression = try(each.value.integration.template_selection_expression, null)
}
resource "aws_apigatewayv2_route" "this" {
  for_each           = local.routes
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.key
  target             = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
  authorization_type = try(each.value.authorization_type, "NONE")
  authorizer_id      = try(aws_apigatewayv2_authorizer.this[each.value.authorizer_key].id, null)
  route_response_selection_expression = try(each.value.route_response_selection_expression, null)
}
resource "aws_apigatewayv2_authorizer" "this" {
  for_each         = try(var.authorizers, {})
  api_id           = aws_apigatewayv2_api.this.id
  name             = try(each.value.name, each.key)
  authorizer_type  = try(each.value.authorizer_type, "REQUEST")
  authorizer_uri   = try(each.value.authorizer_uri, null)
  identity_sources = try(flatten([each.value.identity_sources]), [])
}
resource "aws_apigatewayv2_stage" "this" {
  api_id          = aws_apigatewayv2_api.this.id
  name            = try(var.stage_name, var.default_stage_name, "$default")
  stage_variables = try(var.stage_variables, {})
}
resource "aws_apigatewayv2_domain_name" "this" {
  count       = try(var.domain_name, "") != "" ? 1 : 0
  domain_name = var.domain_name
}
resource "aws_apigatewayv2_api_mapping" "this" {
  count       = try(var.domain_name, "") != "" ? 1 : 0
  api_id      = aws_apigatewayv2_api.this.id
  domain_name = aws_apigatewayv2_domain_name.this[0].id
  stage       = aws_apigatewayv2_stage.this.id
}
output "api_id"                                { value = aws_apigatewayv2_api.this.id }
output "api_arn"                               { value = aws_apigatewayv2_api.this.arn }
output "api_endpoint"                          { value = aws_apigatewayv2_api.this.api_endpoint }
output "api_execution_arn"                     { value = aws_apigatewayv2_api.this.execution_arn }
output "stage_id"                              { value = aws_apigatewayv2_stage.this.id }
output "stage_arn"                             { value = aws_apigatewayv2_stage.this.arn }
output "stage_execution_arn"                   { value = aws_apigatewayv2_stage.this.execution_arn }
output "stage_invoke_url"                      { value = aws_apigatewayv2_stage.this.invoke_url }
output "apigatewayv2_api_id"                   { value = aws_apigatewayv2_api.this.id }
output "apigatewayv2_api_arn"                  { value = aws_apigatewayv2_api.this.arn }
output "apigatewayv2_api_api_endpoint"         { value = aws_apigatewayv2_api.this.api_endpoint }
output "apigatewayv2_api_execution_arn"        { value = aws_apigatewayv2_api.this.execution_arn }
output "default_apigatewayv2_stage_id"         { value = aws_apigatewayv2_stage.this.id }
output "default_apigatewayv2_stage_invoke_url" { value = aws_apigatewayv2_stage.this.invoke_url }
"""

_TABLE: Final = """
resource "aws_dynamodb_table" "this" {
  name             = var.name
  hash_key         = try(var.hash_key, null)
  range_key        = try(var.range_key, null)
  stream_enabled   = try(var.stream_enabled, false)
  stream_view_type = try(var.stream_view_type, null)
  dynamic "attribute" {
    for_each = try(var.attributes, [])
    content {
      name = attribute.value.name
      type = attribute.value.type
    }
  }
  dynamic "global_secondary_index" {
    for_each = try(var.global_secondary_indexes, [])
    content {
      name            = global_secondary_index.value.name
      hash_key        = global_secondary_index.value.hash_key
      range_key       = try(global_secondary_index.value.range_key, null)
      projection_type = try(global_secondary_index.value.projection_type, "ALL")
    }
  }
  ttl {
    enabled        = try(var.ttl_enabled, false)
    attribute_name = try(var.ttl_attribute_name, "")
  }
}
output "dynamodb_table_arn"        { value = aws_dynamodb_table.this.arn }
output "dynamodb_table_id"         { value = aws_dynamodb_table.this.id }
output "dynamodb_table_stream_arn" { value = aws_dynamodb_table.this.stream_arn }
"""

_QUEUE: Final = """
resource "aws_sqs_queue" "this" {
  name       = try(var.name, "queue")
  fifo_queue = try(var.fifo_queue, false)
}
output "queue_arn"     { value = aws_sqs_queue.this.arn }
output "queue_id"      { value = aws_sqs_queue.this.id }
output "queue_url"     { value = aws_sqs_queue.this.url }
output "queue_name"    { value = aws_sqs_queue.this.name }
output "sqs_queue_arn" { value = aws_sqs_queue.this.arn }
output "sqs_queue_id"  { value = aws_sqs_queue.this.id }
"""

_KNOWN: Final = {"lambda": _LAMBDA, "apigateway-v2": _GATEWAY, "dynamodb-table": _TABLE, "sqs": _QUEUE}


def known_module(source: str, where: Location) -> Body | None:
    """What a module of the registry holds, all of it standing where it is called; None for any other module."""
    found = _SOURCE.search(source)
    text = _KNOWN.get(found[1]) if found else None
    if text is None:
        return None
    problems: Problems = []
    return _moved(parse(text, where.path, problems), where)


def _moved(body: Body, where: Location) -> Body:
    return Body(
        {name: Written(written.value, where) for name, written in body.attributes.items()},
        [Block(block.kind, block.labels, _moved(block.body, where), where) for block in body.blocks],
    )
