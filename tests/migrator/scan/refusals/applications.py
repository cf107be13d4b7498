"""Applications with one thing that decides whether they can be migrated."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from migrator.inventory.model import Inventory, Refusal
from tests.migrator.scan.applications import CLIENT, SERVERLESS, scan

SAY = """
    def say(event, context):
        body = json.loads(event["body"])
        client_of(event).post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=body["text"])
        return {"statusCode": 200}
"""


def scanned(folder: Path, files: dict[str, str], say: str = SAY) -> Inventory:
    """The usual application with $connect and `say`, and more files."""
    return scan(folder, {"serverless.yml": SERVERLESS, "app.py": dedent(CLIENT) + dedent(say), **files})


def of_kind(inventory: Inventory, kind: str) -> list[tuple[str, tuple[str, ...]]]:
    """(severity, routes) of each."""
    return [(refusal.severity, refusal.routes) for refusal in inventory.refusals if refusal.kind == kind]


def only(inventory: Inventory) -> Refusal:
    (refusal,) = inventory.refusals
    return refusal
