"""serverless.ts and serverless.js are followed, never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.applications import scan

CODE = "def connect(event, context):\n    return event['requestContext']['connectionId']\n\ndef say(event, context):\n    pass\n"
FUNCTIONS = """
export default {
  handler: 'app.say',
  events: [{ websocket: { route: 'say', routeResponseSelectionExpression: '$default' } }],
};
"""
PROGRAM = """
import type { AWS } from '@serverless/typescript';
import say from './functions/say';

const table = 'rows-${self:provider.stage}';
const config: AWS = {
  service: 'chat',
  provider: {
    name: 'aws', runtime: 'python3.12', stage: 'live',
    websocketsApiRouteSelectionExpression: '$request.body.op',
    environment: { TABLE: { Ref: 'Rows' }, SECRET: process.env.SECRET, NAME: table },
  },
  functions: { say, connect: { handler: 'app.connect', events: [{ websocket: `$connect` }] } },
  resources: {
    Resources: {
      Rows: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: table,
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        },
      },
    },
  },
};
module.exports = config;
"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("module.exports = build();\n", "what it exports is not known"),
        ("console.log(1)\n", "what it exports is not known"),
        ("for (;;) { let a = 1 }\nmodule.exports = 3", "not known"),
    ],
)
def test_a_program_that_can_not_be_followed_is_a_problem(tmp_path: Path, text: str, reason: str) -> None:
    found = scan(tmp_path, {"serverless.js": text, "app.py": CODE})

    assert [reason in problem.message for problem in found.problems if problem.location.path == "serverless.js"] == [
        True
    ]


def test_nothing_of_it_is_run(tmp_path: Path) -> None:
    trap = f"require('fs').writeFileSync('{tmp_path}/ran', 'x');\n"
    scan(tmp_path, {"serverless.ts": trap + PROGRAM, "functions/say.ts": FUNCTIONS, "app.py": CODE})

    assert not (tmp_path / "ran").exists()


def test_what_it_exports_is_read_as_a_file_is(tmp_path: Path) -> None:
    found = scan(tmp_path, {"serverless.ts": PROGRAM, "functions/say.ts": FUNCTIONS, "app.py": CODE})

    (api,) = found.apis
    assert {route.key: (route.handler, route.route_response) for route in api.routes} == {
        "$connect": ("app.py:connect", False), "say": ("app.py:say", True),
    }  # fmt: skip
    assert (api.stage, api.route_selection_expression) == ("live", "$request.body.op")
    assert found.environment == {"TABLE": "rows-live", "NAME": "rows-live"}
    assert found.unresolved == {"SECRET": "comes from the environment variable SECRET of the deployment"}
    assert [definition["TableName"] for definition in found.table_definitions] == ["rows-live"]
    assert found.problems == ()


@pytest.mark.parametrize("beginning", ["export default ", "module.exports = "])
def test_plain_scripts(tmp_path: Path, beginning: str) -> None:
    text = beginning + "{ service: 'x', provider: { runtime: 'python3.12' }, functions: { a: { handler: 'app.say', "
    found = scan(tmp_path, {"serverless.js": text + "events: [{ websocket: '$default' }] } } };\n", "app.py": CODE})

    assert [route.key for route in found.apis[0].routes] == ["$default"]
