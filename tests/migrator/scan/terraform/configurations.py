"""Small configurations, and what is made of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from migrator.inventory.model import Inventory
from migrator.scan.files import walk
from migrator.scan.terraform.workspace import Sources, Workspace
from tests.migrator.scan.applications import scan, write

SOCKET = """
    resource "aws_apigatewayv2_api" "socket" {
      name                       = "shop"
      protocol_type              = "WEBSOCKET"
      route_selection_expression = "$request.body.op"
    }
    resource "aws_apigatewayv2_stage" "live" {
      api_id = aws_apigatewayv2_api.socket.id
      name   = "live"
    }
"""
SAY = """
    data "archive_file" "say" {
      type        = "zip"
      source_dir  = "${path.module}/say"
      output_path = "${path.module}/say.zip"
    }
    resource "aws_lambda_function" "say" {
      function_name = "shop-say"
      filename      = data.archive_file.say.output_path
      handler       = "app.handler"
      runtime       = "python3.12"
    }
    resource "aws_apigatewayv2_integration" "say" {
      api_id           = aws_apigatewayv2_api.socket.id
      integration_type = "AWS_PROXY"
      integration_uri  = aws_lambda_function.say.invoke_arn
    }
    resource "aws_apigatewayv2_route" "say" {
      api_id    = aws_apigatewayv2_api.socket.id
      route_key = "say"
      target    = "integrations/${aws_apigatewayv2_integration.say.id}"
    }
"""
CODE = "def handler(event, context):\n    return event['requestContext']['connectionId']\n"


def value(folder: Path, expression: str, *more: str, **files: str) -> object:
    """What `local.x` is worth, with the attributes of resources put in."""
    text = f"locals {{\n  x = {expression}\n}}\n" + "\n".join(dedent(part) for part in more)
    root = Workspace(Sources(walk(write(folder, {"main.tf": text, **files}))), ".", "app").root
    return root.concrete(root.local("x"))


def configured(folder: Path, *parts: str, **files: str) -> Inventory:
    """An application whose main.tf holds the parts, with a handler in say/app.py."""
    text = "\n".join(dedent(part) for part in parts)
    return scan(folder, {"main.tf": text, "say/app.py": CODE} | files)


def routes(found: Inventory) -> dict[str, str]:
    """Handler by route key, over all APIs."""
    return {route.key: route.handler for api in found.apis for route in api.routes}
