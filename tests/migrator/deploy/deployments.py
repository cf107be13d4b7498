"""What the kits are told of a small application, with names and values that nobody would choose."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from migrator.commands.shim_settings import inventory_layer
from migrator.deploy.deployment import Deployment
from migrator.deploy.reading import shim_deployment
from migrator.deploy.settings import SEVERAL
from migrator.scan import scan_application
from shim.config.configuration import configuration_of
from shim.config.layers import Given, Layer

PROVIDER = """
    service: notes
    provider:
      name: aws
      region: eu-west-1
      runtime: python3.11
      environment:
        TABLE: notes-connections
        DB_PASSWORD: hunter2-hunter2
        GREETING: ${env:GREETING}
"""
CONNECT = """
    functions:
      connect:
        handler: app.connect
        events:
          - websocket: $connect
"""
SAY = """
      say:
        handler: app.say
        environment:
          ROOM: hall
        events:
          - websocket:
              route: say
"""
SERVERLESS = PROVIDER + CONNECT + SAY
APP = """
    import os

    TABLE = os.environ["TABLE"]

    def connect(event, context):
        return {"statusCode": 200}

    def say(event, context):
        return {"statusCode": 200}
"""


def application(folder: Path, serverless: str = SERVERLESS, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in {"serverless.yml": serverless, "app.py": APP, **files}.items():
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return folder


def deployment(app: Path, settings: dict[str, object] | None = None) -> Deployment:
    """Of an application behind the shim. `settings`: as its shim.toml has them."""
    inventory = scan_application(app)
    layer: Layer = {key: Given(value, "shim.toml") for key, value in (settings or {}).items()}
    return shim_deployment(app, inventory, configuration_of([SEVERAL, inventory_layer(inventory), layer]))
