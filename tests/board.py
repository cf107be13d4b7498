"""A board of rooms whose messages are sent by functions that no route runs: a stream, a queue, a topic, a schedule, an
HTTP API and another function do."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_ROUTES: Final = {
    "Connect": ("$connect", "connect"),
    "Disconnect": ("$disconnect", "disconnect"),
    "Note": ("note", "note"),
}
_HEAD: Final = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.11
    CodeUri: src/
    Environment:
      Variables:
        CONNECTIONS: !Ref Connections
        NOTES: !Ref Notes
        JOBS: !Ref Jobs
        ALERTS: !Ref Alerts
        PINS: !Ref Pins
        ENDPOINT: !Sub https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod
Resources:
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      ProtocolType: WEBSOCKET
      RouteSelectionExpression: $request.body.action
  Connections:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
  Jobs:
    Type: AWS::SQS::Queue
  Alerts:
    Type: AWS::SNS::Topic
"""
_ROUTE: Final = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties: {{Handler: sockets.{function}}}
  {name}Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{name}.Arn}}/invocations
  {name}Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {{ApiId: !Ref Api, RouteKey: {key}, Target: !Sub "integrations/${{{name}Integration}}"}}
"""
_TAIL: Final = """\
  Changes:
    Type: AWS::Serverless::Function
    Properties:
      Handler: changes.run
      Events:
        Stream: {Type: DynamoDB, Properties: {Stream: !GetAtt Notes.StreamArn, StartingPosition: LATEST}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: jobs.run
      Events:
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
  Alarm:
    Type: AWS::Serverless::Function
    Properties:
      Handler: alarm.run
      Events:
        Topic: {Type: SNS, Properties: {Topic: !Ref Alerts}}
  Pins:
    Type: AWS::Serverless::Function
    Properties: {Handler: pins.run}
  Tick:
    Type: AWS::Serverless::Function
    Properties:
      Handler: tick.run
      Events:
        Hourly: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
  Announce:
    Type: AWS::Serverless::Function
    Properties:
      Handler: announce.run
      Events:
        Post: {Type: Api, Properties: {Path: "/rooms/{room}/announce", Method: post}}
"""
_CODE: Final = {
    "announce.py": """\
import json

from board import tell


def run(event, context):
    body = json.loads(event["body"])
    room = event["pathParameters"]["room"]
    tell(room, {"type": "announcement", "text": body["text"]})
    return {"statusCode": 202, "body": json.dumps({"room": room})}
""",
    "board.py": """\
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["CONNECTIONS"])


def tell(room, message):
    client = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["ENDPOINT"])
    for item in sorted(table.scan()["Items"], key=lambda item: item["id"]):
        if room is None or item["room"] == room:
            try:
                client.post_to_connection(ConnectionId=item["id"], Data=json.dumps(message).encode())
            except client.exceptions.GoneException:
                table.delete_item(Key={"id": item["id"]})
""",
    "changes.py": """\
from board import tell


def run(event, context):
    for record in event["Records"]:
        if record["eventName"] == "REMOVE":
            continue
        image = record["dynamodb"]["NewImage"]
        tell(image["room"]["S"], {"type": "noted", "text": image["text"]["S"], "answer": image["answer"]["S"]})
""",
    "jobs.py": """\
import json

from board import tell


def run(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        tell(job["room"], {"type": "done", "job": job["job"]})
""",
    "sockets.py": """\
import json
import os

import boto3

from board import table

notes = boto3.resource("dynamodb").Table(os.environ["NOTES"])
queue = boto3.client("sqs")
topic = boto3.client("sns")
functions = boto3.client("lambda")


def connect(event, context):
    room = (event.get("queryStringParameters") or {}).get("room", "team-red")
    table.put_item(Item={"id": event["requestContext"]["connectionId"], "room": room})
    return {"statusCode": 200}


def disconnect(event, context):
    table.delete_item(Key={"id": event["requestContext"]["connectionId"]})
    return {"statusCode": 200}


def note(event, context):
    message = json.loads(event["body"])
    connection = event["requestContext"]["connectionId"]
    room = table.get_item(Key={"id": connection})["Item"]["room"]
    text = message["text"]
    pin = json.dumps({"room": room, "pin": text}).encode()
    kind = "Event" if text.startswith("later") else "RequestResponse"
    answer = functions.invoke(FunctionName=os.environ["PINS"], InvocationType=kind, Payload=pin)["Payload"].read()
    notes.put_item(Item={"id": connection, "room": room, "text": text, "answer": answer.decode()})
    queue.send_message(QueueUrl=os.environ["JOBS"], MessageBody=json.dumps({"room": room, "job": text}))
    topic.publish(TopicArn=os.environ["ALERTS"], Message=json.dumps({"room": room, "alert": text}))
    return {"statusCode": 200}
""",
    "alarm.py": """import json

from board import tell


def run(event, context):
    told = json.loads(event["Records"][0]["Sns"]["Message"])
    tell(told["room"], {"type": "alarm", "alert": told["alert"]})
""",
    "pins.py": """from board import tell


def run(event, context):
    if not event["pin"]:
        raise ValueError("nothing to pin")
    tell(event["room"], {"type": "pinned", "pin": event["pin"]})
    return {"pinned": event["pin"]}
""",
    "tick.py": """\
from board import tell


def run(event, context):
    tell(None, {"type": "tick", "at": event["time"]})
""",
}


def board(folder: Path) -> Path:
    """The application in a folder of its own."""
    routes = (_ROUTE.format(name=name, key=key, function=function) for name, (key, function) in _ROUTES.items())
    (folder / "src").mkdir(parents=True)
    (folder / "template.yaml").write_text("".join((_HEAD, *routes, _TAIL)), "utf-8")
    for name, code in _CODE.items():
        (folder / "src" / name).write_text(code, "utf-8")
    return folder
