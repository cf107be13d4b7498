"""What functions may do in AWS, as Terraform's documents of policies say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.permissions import Permissions
from tests.migrator.scan.terraform.configurations import SAY, SOCKET, configured
from tests.migrator.scan.test_policies import only, said


def permissions(folder: Path, resources: str) -> Permissions:
    """Of a function that has the role `say`."""
    say = SAY.replace("handler", "role = aws_iam_role.say.arn\n  handler", 1)
    return only(configured(folder, SOCKET, say, resources))


def test_terraform_has_documents_and_json(tmp_path: Path) -> None:
    role = """
        resource "aws_dynamodb_table" "rooms" {
          name = "rooms"
          hash_key = "id"
          attribute {
            name = "id"
            type = "S"
          }
        }
        resource "aws_iam_role" "say" { assume_role_policy = "{}" }
        resource "aws_iam_role_policy" "say" {
          role   = aws_iam_role.say.id
          policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["a:A"], Resource = "${aws_dynamodb_table.rooms.arn}/*" }] })
        }
        data "aws_iam_policy_document" "more" {
          statement {
            effect        = "Deny"
            not_actions   = ["b:B"]
            not_resources = [aws_dynamodb_table.rooms.arn]
            condition {
              test     = "StringEquals"
              variable = "aws:PrincipalTag/a"
              values   = ["b"]
            }
          }
        }
        resource "aws_iam_policy" "more" { policy = data.aws_iam_policy_document.more.json }
        resource "aws_iam_role_policy_attachment" "more" {
          role       = aws_iam_role.say.name
          policy_arn = aws_iam_policy.more.arn
        }
    """
    found = permissions(tmp_path, role)

    assert [(s.effect, s.actions or s.not_actions, s.resources or s.not_resources) for s in found.statements] == [
        ("Allow", ("a:A",), ("${aws_dynamodb_table.rooms.arn}/*",)),
        ("Deny", ("b:B",), ("${aws_dynamodb_table.rooms.arn}",)),
    ]
    assert found.statements[1].conditions == {"StringEquals": {"aws:PrincipalTag/a": ("b",)}}
    assert found.unread == ()


def of_document(folder: Path, inside: str) -> Permissions:
    """Of a function whose role has one document. `inside`: what stands in it."""
    role = f"""
        variable "other" {{}}
        variable "some" {{}}
        resource "aws_iam_role" "say" {{ assume_role_policy = "{{}}" }}
        data "aws_iam_policy_document" "say" {{
          {inside}
        }}
        resource "aws_iam_role_policy" "say" {{
          role   = aws_iam_role.say.id
          policy = data.aws_iam_policy_document.say.json
        }}
    """
    return permissions(folder, role)


ALLOWS = """
          statement {
            actions   = ["a:A"]
            resources = ["*"]
          }
"""
CONDITION = """
            condition {
              test     = "StringNotEquals"
              variable = "aws:PrincipalTag/a"
              values   = ["%s"]
            }
"""
DYNAMIC = """
          dynamic "%s" {
            for_each = var.some
            content {
              %s
            }
          }
"""


def test_the_values_of_one_condition_are_put_together(tmp_path: Path) -> None:
    inside = f'statement {{\nactions = ["a:A"]\nresources = ["*"]\n{CONDITION % "b"}{CONDITION % "c"}}}'
    [statement] = of_document(tmp_path, inside).statements

    assert statement.conditions == {"StringNotEquals": {"aws:PrincipalTag/a": ("b", "c")}}


@pytest.mark.parametrize(
    ("more", "denies"),
    [
        ("source_policy_documents = [var.other]\n", True),
        (DYNAMIC % ("statement", 'effect = "Deny"\nactions = ["b:B"]\nresources = ["*"]'), True),
        (
            'statement {\nactions = ["b:B"]\nresources = ["*"]\n'
            + DYNAMIC % ("condition", 'test = "Bool"\nvariable = "a:b"\nvalues = ["true"]')
            + "}\n",
            False,
        ),
    ],
    ids=["documents", "statements", "conditions"],
)
def test_what_is_not_known_of_a_document_is_told(tmp_path: Path, more: str, *, denies: bool) -> None:
    found = of_document(tmp_path, ALLOWS + more)

    assert said(found) == [("Allow", ("a:A",), ("*",))]
    assert [part.may_deny for part in found.unread] == [denies]
