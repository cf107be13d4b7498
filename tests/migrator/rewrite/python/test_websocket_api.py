"""Chalice's websocket_api gets a session whose client talks to the streams; everything else of Chalice stays."""

from __future__ import annotations

import pytest

from tests.migrator.rewrite.applications import assert_left_alone, assert_rewrites, inventory, run

APP = "from boto3 import Session\nfrom chalice import Chalice\n\napp = Chalice(app_name='chat')\n"


@pytest.mark.parametrize(
    "source",
    [
        APP + "app.session = Session()\n",
        APP + "app.websocket_api.other = Session()\n",
        APP + "app.websocket_api = Session()\n",
        APP + "app.experimental_feature_flags.update(['WEBSOCKETS'])\n",
        APP + "print(app.websocket_api.session)\n",
        APP + "'app.websocket_api.session = Session()'\n",
        APP + "# app.websocket_api.session = Session()\n",
        APP + "session = app.websocket_api.session\n",
        APP + "websocket_api.session.retries = 3\n",
        APP + "app.websocket_api.send('a', 'b')\n",
        APP + "del app.websocket_api.session\n",
    ],
)
def test_what_gives_no_session_is_left_alone(source: str) -> None:
    assert_left_alone(source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("app.websocket_api.session = boto3.Session()\n", "app.websocket_api.session = management_session()\n"),
        (
            "app.websocket_api.session = boto3.session.Session(region_name='eu-west-1')\n",
            "app.websocket_api.session = management_session()\n",
        ),
        ("app.websocket_api.session=boto3.Session()\n", "app.websocket_api.session=management_session()\n"),
        (
            "api = app.websocket_api\napi.session = boto3.Session()\n",
            "api = app.websocket_api\napi.session = management_session()\n",
        ),
        (
            "def make(app):\n    app.websocket_api.session = boto3.Session()\n    return app\n",
            "def make(app):\n    app.websocket_api.session = management_session()\n    return app\n",
        ),
        (
            "class Sender:\n    def __init__(self, app):\n        self.app = app\n"
            "        self.app.websocket_api.session = boto3.Session()\n",
            "class Sender:\n    def __init__(self, app):\n        self.app = app\n"
            "        self.app.websocket_api.session = management_session()\n",
        ),
    ],
)
def test_every_form_of_giving_a_session(before: str, after: str) -> None:
    tail = "\n\ndef start(app):\n    return app\n"
    assert_rewrites(
        f"import boto3\n\n{before}{tail}",
        f"from sse_service.management import management_session\n\n{after}{tail}",
    )


def test_a_session_that_others_use_too_stays_for_them() -> None:
    assert_rewrites(
        "import boto3\n\nsession = boto3.Session()\napp.websocket_api.session = session\ntable = session.resource('dynamodb')\n",
        "import boto3\n\nfrom sse_service.management import management_session\n\nsession = boto3.Session()\n"
        "app.websocket_api.session = management_session()\ntable = session.resource('dynamodb')\n",
    )


@pytest.mark.parametrize(
    "push",
    [
        "app.websocket_api.send(i, text)",
        "app.websocket_api.send(connection_id=i, message=text)",
        "self._app.websocket_api.send(i, text)",
        "app.websocket_api.close(i)",
        "app.websocket_api.info(i)",
    ],
)
def test_pushes_stay_and_are_accounted_for(push: str) -> None:
    sender = f"def send(app, self, i, text):\n    return {push}\n"
    result = run(
        {"app.py": APP + "app.websocket_api.session = Session()\n", "chalicelib/sender.py": sender}, inventory()
    )
    assert result.texts.keys() == {"app.py"}
    assert [(r.path, r.kind, r.rule) for r in result.settled if r.kind == "push"] == [
        ("chalicelib/sender.py", "push", "websocket_api")
    ]


def test_pushes_without_a_session_anywhere_are_not_called_done() -> None:
    assert run({"app.py": APP + "app.websocket_api.send('a', 'b')\n"}, inventory()).settled == []
