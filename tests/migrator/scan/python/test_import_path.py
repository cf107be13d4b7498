"""Folders besides the code root from which a handler imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.applications import scan

BODY = "\n\ndef say(event, context):\n    return event['requestContext']['connectionId']\n"
TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Say:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: functions/say, Handler: app.say, Runtime: python3.11}
      Api:
        Type: AWS::ApiGatewayV2::Api
        Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action, Name: notes}
      Route:
        Type: AWS::ApiGatewayV2::Route
        Properties: {ApiId: !Ref Api, RouteKey: say, Target: !Sub "integrations/${Integration}"}
      Integration:
        Type: AWS::ApiGatewayV2::Integration
        Properties:
          ApiId: !Ref Api
          IntegrationType: AWS_PROXY
          IntegrationUri: !Sub "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Say.Arn}/invocations"
"""


def found(folder: Path, head: str, *others: str) -> tuple[str, ...]:
    files = {"template.yaml": TEMPLATE, "functions/say/app.py": head + BODY, **dict.fromkeys(others, "X = 1\n")}
    (handler,) = scan(folder, files).handlers
    return handler.import_path


@pytest.mark.parametrize(
    ("head", "others"),
    [
        pytest.param("import json, os\n", ["layers/python/json.py"], id="the standard library"),
        pytest.param("import requests\n", [], id="third parties"),
        pytest.param("import words\n", ["functions/say/words.py"], id="the root"),
        pytest.param(
            "import words\n", ["functions/say/words.py", "layers/python/words.py"], id="the root before others"
        ),
        pytest.param("from words.more import X\n", ["functions/say/words/more.py"], id="a package without __init__"),
        pytest.param("import words\n", ["one/words.py", "two/words.py"], id="two that are as likely"),
    ],
)
def test_nothing_else_is_needed(tmp_path: Path, head: str, others: list[str]) -> None:
    assert found(tmp_path, head, *others) == ()


@pytest.mark.parametrize(
    ("head", "others", "folders"),
    [
        pytest.param("import words\n", ["layers/common/python/words.py"], ("layers/common/python",), id="a layer"),
        pytest.param(
            "from common.words import X\n", ["layer/python/common/words.py"], ("layer/python",), id="in a package"
        ),
        pytest.param("import words\n", ["functions/words.py"], ("functions",), id="the folder above"),
        pytest.param("from shared import words\n", ["shared/words.py", "shared/__init__.py"], (".",), id="the top"),
        pytest.param(
            "import sys\nsys.path.insert(0, '../lib')\nimport words\n",
            ["functions/lib/words.py"],
            ("functions/lib",),
            id="sys.path",
        ),
        pytest.param("import words\n", ["a/words.py", "layer/python/words.py"], ("layer/python",), id="layer of two"),
        pytest.param(
            "import words\n", ["other/words.py", "functions/lib/words.py"], ("functions/lib",), id="near of two"
        ),
        pytest.param("def f():\n    import words\n", ["layer/python/words.py"], ("layer/python",), id="in a function"),
        pytest.param(
            "import one\nimport two\n",
            ["a/python/one.py", "b/python/two.py"],
            ("a/python", "b/python"),
            id="two layers",
        ),
    ],
)
def test_folders_of_layers_and_shared_code(
    tmp_path: Path, head: str, others: list[str], folders: tuple[str, ...]
) -> None:
    assert found(tmp_path, head, *others) == folders
