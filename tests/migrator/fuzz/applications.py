"""Small applications of the usual shapes, as files by path."""

from __future__ import annotations

from typing import Final

_SERVERLESS: Final = """service: small
provider:
  name: aws
  runtime: python3.12
  websocketsApiRouteSelectionExpression: $request.body.action
  environment:
    TABLE: connections
functions:
  connect: {handler: rooms/entrance.connect, events: [websocket: $connect]}
  leave: {handler: rooms/entrance.leave, events: [websocket: $disconnect]}
  say: {handler: rooms/talk.say, events: [websocket: say]}
resources:
  Resources:
    Connections:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: connections
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions: [{AttributeName: connectionId, AttributeType: S}]
        KeySchema: [{AttributeName: connectionId, KeyType: HASH}]
"""
_ENTRANCE: Final = '''"""People come and go."""

import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def connect(event, context):
    table.put_item(Item={"connectionId": event["requestContext"]["connectionId"]})
    return {"statusCode": 200}


def leave(event, context):
    table.delete_item(Key={"connectionId": event["requestContext"]["connectionId"]})
    return {"statusCode": 200}
'''
_TALK: Final = '''"""What one says, all hear."""

import json
import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def gateway(event):
    place = event["requestContext"]
    return boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{place['domainName']}/{place['stage']}")


def say(event, context):
    client = gateway(event)
    body = json.loads(event["body"])
    for item in table.scan()["Items"]:
        try:
            client.post_to_connection(ConnectionId=item["connectionId"], Data=json.dumps({"text": body["text"]}))
        except ClientError as error:
            if error.response["Error"]["Code"] == "GoneException":
                table.delete_item(Key={"connectionId": item["connectionId"]})
            else:
                raise
    return {"statusCode": 200, "body": "said"}
'''
_PAGE: Final = """<!doctype html>
<title>rooms</title>
<ul id=said></ul>
<script>
const socket = new WebSocket("wss://abc123.execute-api.eu-west-1.amazonaws.com/dev?token=" + localStorage.token);
socket.onmessage = (event) => {
  const item = document.createElement("li");
  item.textContent = JSON.parse(event.data).text;
  document.getElementById("said").append(item);
};
function say(text) {
  socket.send(JSON.stringify({ action: "say", text }));
}
setInterval(() => socket.send('{"action": "ping"}'), 30000);
</script>
"""

ROOMS: Final = {
    "serverless.yml": _SERVERLESS,
    "rooms/__init__.py": "",
    "rooms/entrance.py": _ENTRANCE,
    "rooms/talk.py": _TALK,
    "web/index.html": _PAGE,
}

_SWITCH: Final = '''"""One function for every route."""

import json
import logging

import boto3

logger = logging.getLogger(__name__)
rooms = {}


class Sender:
    def __init__(self, domain, stage):
        self.client = boto3.client("apigatewaymanagementapi", endpoint_url="https://" + domain + "/" + stage)

    def send(self, connection_id, data):
        try:
            self.client.post_to_connection(ConnectionId=connection_id, Data=json.dumps(data).encode("utf-8"))
        except self.client.exceptions.GoneException:
            rooms.pop(connection_id, None)


def lambda_handler(event, context):
    logger.info(json.dumps(event))
    route = event["requestContext"]["routeKey"]
    connection_id = event["requestContext"]["connectionId"]
    sender = Sender(event["requestContext"]["domainName"], event["requestContext"]["stage"])
    if route == "$connect":
        rooms[connection_id] = True
        return {"statusCode": 200}
    elif route == "$disconnect":
        rooms.pop(connection_id, None)
        return {"statusCode": 200}
    message = json.loads(event.get("body") or "{}")
    if message.get("type") == "echo":
        sender.send(connection_id, {"type": "echo", "text": message.get("text", "")})
    else:
        sender.send(connection_id, {"type": "error"})
    return {"statusCode": 200}
'''
_TEMPLATE: Final = """AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: switch, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.type}
  Function:
    Type: AWS::Serverless::Function
    Properties: {Handler: switch.lambda_handler, Runtime: python3.12, CodeUri: src/}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function.Arn}/invocations
  ConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $connect, Target: !Sub integrations/${Integration}}
  DisconnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $disconnect, Target: !Sub integrations/${Integration}}
  DefaultRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Sub integrations/${Integration}}
"""
SWITCH: Final = {"template.yaml": _TEMPLATE, "src/switch.py": _SWITCH}

APPLICATIONS: Final = {"rooms": ROOMS, "switch": SWITCH}
