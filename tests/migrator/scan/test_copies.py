"""Copies and leftovers of infrastructure files make no second API; the true one counts, and it is said why."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.inventory.model import Inventory
from tests.migrator.scan.applications import scan
from tests.migrator.scan.test_cloudformation import API, CODE, INTEGRATION, ROUTE

TEMPLATE = API + ROUTE + INTEGRATION
ELSEWHERE = (
    TEMPLATE.replace("CodeUri: say/", "CodeUri: gone/")
    .replace("Socket", "Other")
    .replace("app.handler", "missing.handler")
)


def apis(found: Inventory) -> list[tuple[str, str]]:
    return [(api.id, api.location.path) for api in found.apis]


def test_two_applications_in_one_folder_are_two(tmp_path: Path) -> None:
    found = scan(
        tmp_path, {"a/template.yaml": TEMPLATE, "a/say/app.py": CODE, "b/template.yaml": TEMPLATE, "b/say/app.py": CODE}
    )

    assert apis(found) == [("Socket", "a/template.yaml"), ("Socket", "b/template.yaml")]
    assert found.problems == ()


def test_an_api_whose_code_is_missing_counts_when_there_is_no_other(tmp_path: Path) -> None:
    found = scan(tmp_path, {"template.yaml": ELSEWHERE})

    assert apis(found) == [("Other", "template.yaml")]
    assert any(problem.serious for problem in found.problems)


@pytest.mark.parametrize(
    "copy",
    [
        "template.local.yaml",
        "template-old.yaml",
        "backup_template.yaml",
        "template.yaml.bak.yaml",
        "template copy.yaml",
    ],
)
def test_a_copy_beside_the_true_template_does_not_count(tmp_path: Path, copy: str) -> None:
    found = scan(tmp_path, {"template.yaml": TEMPLATE, copy: TEMPLATE, "say/app.py": CODE})

    assert apis(found) == [("Socket", "template.yaml")]
    assert [(problem.location.path, problem.serious) for problem in found.problems] == [(copy, False)]
    assert "has the routes and the code of Socket in template.yaml, which counts" in found.problems[0].message
    assert len([item for item in found.resources if item.id == "Socket"]) == 1


def test_an_api_without_code_here_does_not_count_beside_one_that_has_it(tmp_path: Path) -> None:
    table = (
        "  Rows:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: rows\n"
        "      KeySchema: [{AttributeName: id, KeyType: HASH}]\n"
        "      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]\n"
    )
    found = scan(tmp_path, {"template.yaml": TEMPLATE, "notes/example.yaml": ELSEWHERE + table, "say/app.py": CODE})

    assert apis(found) == [("Socket", "template.yaml")]
    assert [problem.message for problem in found.problems] == [
        "the API Other does not count: none of its functions is here, while the code of Socket in template.yaml is"
    ]
    assert [definition["TableName"] for definition in found.table_definitions] == ["rows"]


def test_a_backup_whose_routes_lead_to_nothing_here_does_not_count(tmp_path: Path) -> None:
    stale = TEMPLATE.replace("${Say.Arn}", "arn:aws:lambda:us-east-1:1:function:other").replace("Socket", "Stale")
    found = scan(tmp_path, {"template.yaml": TEMPLATE, "backups/stack-before.yaml": stale, "say/app.py": CODE})

    assert apis(found) == [("Socket", "template.yaml")]


def test_an_api_of_its_own_whose_routes_lead_to_nothing_here_counts(tmp_path: Path) -> None:
    stale = TEMPLATE.replace("${Say.Arn}", "arn:aws:lambda:us-east-1:1:function:other").replace("Socket", "Second")
    found = scan(tmp_path, {"template.yaml": TEMPLATE, "second/stack.yaml": stale, "say/app.py": CODE})

    assert apis(found) == [("Socket", "template.yaml"), ("Second", "second/stack.yaml")]
