"""APIs that answer through route responses alone: those that push first."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.migrator.scan.applications import SERVERLESS
from tests.migrator.scan.refusals.applications import SAY, of_kind, scanned

ANSWERS = dedent(SERVERLESS).replace("route: say", "route: say\n          routeResponseSelectionExpression: $default")
RETURNS = """
    def say(event, context):
        return {"statusCode": 200, "body": "yes"}
"""


def test_an_api_that_pushes_is_no_rest(tmp_path: Path) -> None:
    assert of_kind(scanned(tmp_path, {"serverless.yml": ANSWERS}, SAY), "plain_rest") == []


def test_an_api_whose_bodies_reach_nobody_is_no_rest(tmp_path: Path) -> None:
    assert of_kind(scanned(tmp_path, {}, RETURNS), "plain_rest") == []


def test_an_api_whose_code_is_missing_is_no_rest(tmp_path: Path) -> None:
    text = ANSWERS.replace("handler: app.say", "handler: gone.say")

    assert of_kind(scanned(tmp_path, {"serverless.yml": text}, RETURNS), "plain_rest") == []


def test_an_api_that_is_refused_is_offered_nothing(tmp_path: Path) -> None:
    call = "# for twilio\nimport json\ndef say(event, context):\n    return json.loads(event['body'])['media']['payload']\n"

    inventory = scanned(tmp_path, {"serverless.yml": ANSWERS}, call)

    assert [refusal.severity for refusal in inventory.refusals] == ["refuse"]


def test_answers_alone_are_offered_as_rest(tmp_path: Path) -> None:
    inventory = scanned(tmp_path, {"serverless.yml": ANSWERS}, RETURNS)

    assert of_kind(inventory, "plain_rest") == [("offer", ("say",))]
