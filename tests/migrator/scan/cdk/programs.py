"""Small CDK programs around a stack, and what a scan makes of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from migrator.inventory.model import Api, Inventory
from tests.migrator.scan.applications import scan

PUSH = """
import boto3, os

def handler(event, context):
    where = event["requestContext"]
    client = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["ENDPOINT"])
    client.post_to_connection(ConnectionId=where["connectionId"], Data=b"hello")
    return {"statusCode": 200}
"""

SCRIPT = """
import * as cdk from 'aws-cdk-lib';
import { Construct } from 'constructs';
import * as path from 'path';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as apigw from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { WebSocketLambdaAuthorizer, WebSocketIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';

export class ChatStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: any = {}) {
    super(scope, id, props);
    const fn = (name: string) => new lambda.Function(this, name, {
      runtime: lambda.Runtime.PYTHON_3_12,
      handler: `${name}.handler`,
      code: lambda.Code.fromAsset(path.join(__dirname, '../functions')),
    });
    const api = new apigw.WebSocketApi(this, 'Chat');
    new apigw.WebSocketStage(this, 'Live', { webSocketApi: api, stageName: 'live', autoDeploy: true });
BODY
  }
}
"""
SCRIPT_APP = """
import * as cdk from 'aws-cdk-lib';
import { ChatStack } from '../lib/chat-stack';
const app = new cdk.App();
new ChatStack(app, 'ChatStack');
"""
PYTHON = """
import os
from aws_cdk import Duration, Stack, aws_apigatewayv2 as apigw, aws_dynamodb as dynamodb, aws_iam as iam
from aws_cdk import aws_apigatewayv2_integrations as integrations, aws_lambda as lambda_
from constructs import Construct

class ChatStack(Stack):
    def __init__(self, scope: Construct, construct_id: str, **kwargs) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.api = apigw.WebSocketApi(self, "Chat")
        apigw.WebSocketStage(self, "Live", web_socket_api=self.api, stage_name="live", auto_deploy=True)
BODY

    def fn(self, name, **given):
        return lambda_.Function(
            self, name, runtime=lambda_.Runtime.PYTHON_3_12, handler=f"{name}.handler",
            code=lambda_.Code.from_asset("functions"), **given,
        )

    def to(self, function):
        return integrations.WebSocketLambdaIntegration("To", function)
"""
PYTHON_APP = """
import aws_cdk as cdk
from chat.stack import ChatStack
app = cdk.App()
ChatStack(app, "ChatStack")
app.synth()
"""


def script(
    tmp_path: Path, body: str, files: dict[str, str] | None = None, *, app: str = SCRIPT_APP, imports: str = ""
) -> Inventory:
    """A TypeScript program whose stack has the body and more imports; functions/say.py and functions/join.py are there."""
    return scan(
        tmp_path,
        {
            "cdk.json": '{"app": "npx ts-node bin/chat.ts", "context": {"size": "small"}}',
            "bin/chat.ts": app,
            "lib/chat-stack.ts": imports + SCRIPT.replace("BODY", indent(dedent(body), "    ")),
            "functions/say.py": PUSH,
            "functions/join.py": PUSH,
            **(files or {}),
        },
    )


def python(tmp_path: Path, body: str, files: dict[str, str] | None = None, *, app: str = PYTHON_APP) -> Inventory:
    """The same in Python."""
    return scan(
        tmp_path,
        {
            "cdk.json": '{"app": "python3 app.py"}',
            "app.py": app,
            "chat/__init__.py": "",
            "chat/stack.py": PYTHON.replace("BODY", indent(dedent(body), "        ")),
            "functions/say.py": PUSH,
            "functions/join.py": PUSH,
            **(files or {}),
        },
    )


def routes(inventory: Inventory) -> dict[str, str]:
    """Route key -> handler id, of the one API."""
    return {route.key: route.handler for route in only_api(inventory).routes}


def only_api(inventory: Inventory) -> Api:
    assert len(inventory.apis) == 1, [api.id for api in inventory.apis]
    return inventory.apis[0]


def serious(inventory: Inventory) -> list[str]:
    return [problem.message for problem in inventory.problems if problem.serious]
