"""Files as blocks and attributes, whatever is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.record import Location
from migrator.scan.terraform.syntax import Problems, parse
from tests.migrator.scan.terraform.configurations import SAY, SOCKET, configured, routes


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('resource "a" "b" {\n  x = \n}\nresource "c" "d" {\n  y = 1\n}\n', 3),
        ('resource "a" "b" {\n  x = 1\n', 3),
        ('resource "c" "d" {\n  y = 1\n}\n}}}\n', 4),
    ],
)
def test_a_syntax_error_is_noted_with_its_line(text: str, line: int) -> None:
    problems: Problems = []
    body = parse(text, "main.tf", problems)

    assert [where.line for where, _ in problems] == [line]
    assert body.blocks


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"resource": 3}', "[" * 100_000])
def test_json_that_is_no_configuration_is_noted_or_empty(text: str) -> None:
    problems: Problems = []

    assert parse(text, "main.tf.json", problems).blocks == []
    assert len(problems) <= 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "/* nothing */", "\n\n"])
def test_an_empty_file_is_no_problem(text: str) -> None:
    problems: Problems = []

    assert parse(text, "main.tf", problems).blocks == []
    assert problems == []


def test_blocks_have_labels_attributes_and_places() -> None:
    text = 'locals {\n  a = 1\n}\n\nresource "aws_x" "y" {\n  inner {\n    b = 2\n  }\n}\n'
    first, second = parse(text, "m/main.tf", []).blocks

    assert (first.kind, first.labels, list(first.body.attributes)) == ("locals", (), ["a"])
    assert first.body.attributes["a"].where == Location(path="m/main.tf", line=2, column=3)
    assert (second.kind, second.labels, second.where.line) == ("resource", ("aws_x", "y"), 5)
    assert [inner.kind for inner in second.body.blocks] == ["inner"]


def test_the_rest_of_a_broken_file_counts(tmp_path: Path) -> None:
    found = configured(tmp_path, SOCKET, SAY, **{"broken.tf": 'variable "v" {\n  default = \n}\n'})

    assert routes(found) == {"say": "say/app.py:handler"}
    assert [(problem.location.path, problem.location.line, problem.serious) for problem in found.problems] == [
        ("broken.tf", 2, True)
    ]


def test_json_says_the_same_as_hcl(tmp_path: Path) -> None:
    text = """{
      "resource": {
        "aws_apigatewayv2_api": {"socket": {"name": "shop", "protocol_type": "WEBSOCKET"}},
        "aws_lambda_function": {"say": {"function_name": "say", "filename": "${data.archive_file.say.output_path}",
                                        "handler": "app.handler", "runtime": "python3.12",
                                        "environment": [{"variables": {"A": "${upper(\\"b\\")}"}}]}},
        "aws_apigatewayv2_integration": {"say": {"api_id": "${aws_apigatewayv2_api.socket.id}",
                                                 "integration_type": "AWS_PROXY",
                                                 "integration_uri": "${aws_lambda_function.say.invoke_arn}"}},
        "aws_apigatewayv2_route": {"say": {"api_id": "${aws_apigatewayv2_api.socket.id}", "route_key": "say",
                                           "target": "integrations/${aws_apigatewayv2_integration.say.id}"}}
      },
      "data": {"archive_file": {"say": {"type": "zip", "source_dir": "say", "output_path": "say.zip"}}}
    }"""
    found = configured(tmp_path, "", **{"more.tf.json": text})

    assert routes(found) == {"say": "say/app.py:handler"}
    assert found.handlers[0].environment == {"A": "B"}
