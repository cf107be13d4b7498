"""An application of one function that is given every event, for tests that bring their own handler; and the environment
of shims that serve it as several nodes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SERVERLESS: Final = """
service: one-function
provider:
  name: aws
  runtime: python3.12
  websocketsApiRouteSelectionExpression: $request.body.action
functions:
  every:
    handler: app.handler
    events:
      - websocket: $connect
      - websocket: $disconnect
      - websocket: $default
"""

AWS: Final = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_DEFAULT_REGION": "us-east-1"}
"""For `--aws configured`, where nothing of AWS is asked."""


def write_application(folder: Path, handler: str) -> None:
    (folder / "serverless.yml").write_text(SERVERLESS)
    (folder / "app.py").write_text(handler)
