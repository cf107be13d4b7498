"""Markers stand above statements: once, whatever their reason says, and never inside of anything."""

from __future__ import annotations

import ast
import tokenize
from io import StringIO

import pytest

from migrator.markers import opening
from tests.migrator.rewrite.applications import VARIANTS, inventory, run

ABOVE = f"# {opening('management_client')} an older reason, line 12 (ws2sse explain management_client)\n"


@pytest.mark.parametrize(
    "source",
    [
        f'{ABOVE}NAMES = ["apigatewaymanagementapi", "s3"]\n',
        f'def f():\n    {ABOVE}    return ["apigatewaymanagementapi"]\n',
        f'x = 1\n\x0c\n{ABOVE}NAMES = ["apigatewaymanagementapi"]\n',
        f'# mine\n{ABOVE}# mine too\nNAMES = ["apigatewaymanagementapi"]\n',
    ],
)
def test_a_statement_that_has_one_gets_no_other(source: str) -> None:
    assert run({"app.py": source}, inventory()).texts == {}


@pytest.mark.parametrize(
    "source",
    [
        'NAMES = ["apigatewaymanagementapi", "s3"]\n',
        'NAMES = ["apigatewaymanagementapi", "apigatewaymanagementapi"]; MORE = ["apigatewaymanagementapi"]\n',
        'TEXT = ["""\nclient\n""", "apigatewaymanagementapi", """\n# no comment\n"""]\n',
        'if True:\n    TEXT = f"""\n{["apigatewaymanagementapi"]}\n"""\n',
        'CALL = build(\n    "s3",  # mine\n    names=["apigatewaymanagementapi"],\n)\n',
        'def f(names=("apigatewaymanagementapi",)):\n    return names\n',
        '@uses(["apigatewaymanagementapi"])\ndef f():\n    pass\n',
        'class C:\n    names = ["apigatewaymanagementapi"]\n',
        'try:\n    x = ["apigatewaymanagementapi"]\nexcept KeyError:\n    pass\n',
    ],
)
def test_it_is_one_comment_of_its_own_and_nothing_else_changes(source: str) -> None:
    for variant in VARIANTS:
        text = variant(source)
        after = run({"app.py": text}, inventory()).texts["app.py"]
        assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(text))
        marks = [
            token
            for token in tokenize.generate_tokens(StringIO(after).readline)
            if token.type == tokenize.COMMENT and opening("management_client") in token.string
        ]
        assert len(marks) == 1
        assert marks[0].line.strip() == marks[0].string
        assert run({"app.py": after}, inventory()).texts == {}
