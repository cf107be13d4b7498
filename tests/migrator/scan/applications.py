"""Small applications in a temporary folder, and what a scan makes of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from migrator.inventory.model import Inventory
from migrator.scan import scan_application

SERVERLESS = """
    service: notes
    provider:
      name: aws
      runtime: python3.11
      environment:
        TABLE: notes-connections
    functions:
      connect:
        handler: app.connect
        events:
          - websocket: $connect
      say:
        handler: app.say
        events:
          - websocket:
              route: say
"""
"""Two routes, served by `connect` and `say` of app.py."""

CLIENT = """
    import boto3, json, os

    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

    def client_of(event):
        context = event["requestContext"]
        return boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{context['domainName']}/{context['stage']}")

    def connect(event, context):
        table.put_item(Item={"connection_id": event["requestContext"]["connectionId"], "room": "hall"})
        return {"statusCode": 200}
"""
"""The beginning of an app.py: a table, a client, and $connect."""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return folder


def scan(folder: Path, files: dict[str, str]) -> Inventory:
    return scan_application(write(folder, files))


def scan_say(folder: Path, say: str, **files: str) -> Inventory:
    """An application whose route `say` is the given code, after CLIENT."""
    return scan(folder, {"serverless.yml": SERVERLESS, "app.py": dedent(CLIENT) + dedent(say), **files})
