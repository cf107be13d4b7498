"""Expressions have the values that Terraform gives them; what it knows only when it runs stays unresolved, with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.scan.intrinsics import Unresolved
from migrator.scan.terraform import workspace
from tests.migrator.scan.terraform.configurations import value

TABLE = 'resource "aws_dynamodb_table" "t" {\n  name = "rows"\n  hash_key = "id"\n}'
FUNCTIONS = """
    resource "aws_lambda_function" "f" {
      for_each      = toset(["in", "out"])
      function_name = "fn-${each.key}"
    }
"""


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("var.nothing", "variable nothing has no default; it is given at deployment"),
        ("local.other", "local.other is not declared"),
        ("local.x", "local.x refers to itself"),
        ("aws_sqs_queue.none.url", "aws_sqs_queue.none is not declared here"),
        ("each.key", "each has no value here"),
        ("data.aws_ssm_parameter.p.value", "comes from SSM parameter /a/b"),
        ("data.terraform_remote_state.net.outputs.id", "is an output of another state (net)"),
        ("data.aws_vpc.main.cidr_block", "is read at deployment (data.aws_vpc.main.cidr_block)"),
        ("module.none.url", "module none is not in the application, so its output url is not known"),
        ("timestamp()", "timestamp() is decided at deployment"),
        ("element([], 0)", "element([], 0) has arguments that it can't take"),
        ('"%{ if true }a%{ endif }"', "holds a template directive, %{ … }"),
        ("[1][4]", "there is no element 4"),
        ("{ a = 1 }.b", "there is no b"),
        ('file("none.txt")', "the file none.txt is not in the application"),
        ("range(0, 99999999)", "has too many elements to follow"),
        ("1 / 0", "1 / 0 is no number"),
    ],
)
def test_what_is_not_known_says_why(tmp_path: Path, expression: str, reason: str) -> None:
    more = (
        'data "aws_ssm_parameter" "p" {\n  name = "/a/b"\n}\n'
        'data "terraform_remote_state" "net" {}\ndata "aws_vpc" "main" {}'
    )

    assert value(tmp_path, expression, more) == Unresolved(reason)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"plain"', "plain"),
        ('""', ""),
        ('"two\\nlines \\"quoted\\" \\u00e9"', 'two\nlines "quoted" é'),
        ('"$${kept} %%{kept}"', "${kept} %{kept}"),
        ('"é ${1 + 1}  b${"c"} "', "é 2  bc "),
        ("12", 12),
        ("1.5", 1.5),
        ("-3", -3),
        ("true", True),
        ("null", None),
        ('[1, "b", true,]', [1, "b", True]),
        ('{ a = 1, "b" : 2, (upper("c")) = 3 }', {"a": 1, "b": 2, "C": 3}),
        ("(1 + 2) * 3", 9),
        ("7 % 4", 3),
        ('"a" == "a" && !(1 > 2)', True),
        ('"5" == 5', True),
        ("false || 1 != 1", False),
        ("var.nothing == 1 || true", True),
        ('true ? "yes" : "no"', "yes"),
        ('var.nothing ? "counts" : "no"', "counts"),
        ("[for v in [1, 2, 3] : v * 2 if v > 1]", [4, 6]),
        ("{ for k, v in { a = 1, b = 2 } : upper(k) => v }", {"A": 1, "B": 2}),
        ('{ for v in ["a1", "a2", "b1"] : substr(v, 0, 1) => v... }', {"a": ["a1", "a2"], "b": ["b1"]}),
        ("[{ n = 1 }, { n = 2 }][*].n", [1, 2]),
        ("[{ n = 1 }, { n = 2 }].*.n", [1, 2]),
        ('{ a = [{ b = "deep" }] }.a[0].b', "deep"),
        ("<<EOT\na ${1}\n  b\nEOT\n", "a 1\n  b\n"),
        ("<<-EOT\n    a\n      b\n    EOT\n", "a\n  b\n"),
        ("merge({ a = 1 }, [{ b = 2 }, { a = 3 }]...)", {"a": 3, "b": 2}),
        ('concat(["a"], ["b"])', ["a", "b"]),
        ('join("-", ["a", "b"])', "a-b"),
        ('split(":", "a:b")[1]', "b"),
        ('format("%s-%03d%%", "a", 7)', "a-7%"),
        ('replace("wss://x", "wss://", "https://")', "https://x"),
        ('replace("a1b22", "/[0-9]+/", "_")', "a_b_"),
        ('lookup({ a = 1 }, "b", "none")', "none"),
        ('try(var.nothing, "else")', "else"),
        ('coalesce("", null, "c")', "c"),
        ('toset(["b", "a", "b"])', ["b", "a"]),
        ("keys({ b = 1, a = 2 })", ["a", "b"]),
        ("values({ b = 1, a = 2 })", [2, 1]),
        ('length("abc") + length([1])', 4),
        ("flatten([[1], [[2], 3]])", [1, 2, 3]),
        ('zipmap(["a"], [1])', {"a": 1}),
        ('contains(["a"], "a")', True),
        ('trimsuffix("/a/", "/")', "/a"),
        ("jsonencode({ a = [1] })", '{"a": [1]}'),
        ('jsondecode("{\\"a\\": {\\"b\\": 2}}").a.b', 2),
        ('yamldecode("a: [1, 2]").a[1]', 2),
        ("range(3)", [0, 1, 2]),
        ("setproduct([1], [2, 3])", [[1, 2], [1, 3]]),
        ('file("${path.module}/text.txt.tf.json")', '{"locals": {"y": "read"}}'),
        ("local.y", "read"),
        ("terraform.workspace", "default"),
        ("path.root", "."),
    ],
)
def test_values(tmp_path: Path, expression: str, expected: object) -> None:
    assert value(tmp_path, expression, **{"text.txt.tf.json": '{"locals": {"y": "read"}}'}) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("aws_dynamodb_table.t.name", "rows"),
        ("aws_dynamodb_table.t.id", "rows"),
        ("aws_dynamodb_table.t.hash_key", "id"),
        ("aws_dynamodb_table.t.arn", "arn:aws:dynamodb:us-east-1:123456789012:table/rows"),
        ('"${aws_dynamodb_table.t.arn}/index/*"', "arn:aws:dynamodb:us-east-1:123456789012:table/rows/index/*"),
        ('split("/", aws_dynamodb_table.t.arn)[1]', "rows"),
        ('aws_lambda_function.f["in"].function_name', "fn-in"),
        ("aws_lambda_function.f[*].function_name", ["fn-in", "fn-out"]),
        ("{ for k, v in aws_lambda_function.f : k => v.function_name }", {"in": "fn-in", "out": "fn-out"}),
        ("data.aws_caller_identity.me.account_id", "123456789012"),
        ("data.aws_region.here.name", "us-east-1"),
    ],
)
def test_attributes_of_resources_have_the_values_of_one_machine(
    tmp_path: Path, expression: str, expected: object
) -> None:
    data = 'data "aws_caller_identity" "me" {}\ndata "aws_region" "here" {}'

    assert value(tmp_path, expression, TABLE, FUNCTIONS, data) == expected


def test_a_template_file_is_filled(tmp_path: Path) -> None:
    filled = value(
        tmp_path, 'templatefile("greet.json.template", { who = "you" })', **{"greet.json.template": "hi ${who}!"}
    )

    assert filled == "hi you!"


def test_loops_that_multiply_without_end_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MOST_STEPS", 2_000)

    found = value(tmp_path, "[for a in range(100) : [for b in range(100) : a]][99]")

    assert found == Unresolved("refers to itself, or is too large to follow")
