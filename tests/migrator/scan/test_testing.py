"""Tests of the WebSocket path."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.scan.files import walk
from migrator.scan.testing import uses_in_tests
from tests.migrator.scan.applications import write


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("app.py", "client.post_to_connection()"),
        ("tests/test_rest.py", "event = {'requestContext': {'http': {}}}"),
        ("tests/test_handler.py", "import handler"),
        ("src/socket.ts", "new WebSocket(u)"),
    ],
)
def test_what_is_no_test_of_websockets_is_left_alone(tmp_path: Path, name: str, code: str) -> None:
    assert uses_in_tests(walk(write(tmp_path, {name: code})), frozenset({"lambda/handler.py"})) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("tests/test_chat.py", "x = 1\nclient.post_to_connection()"),
        ("chat_test.py", "\nraise GoneException"),
        ("tests/conftest.py", "\nevent = {'connectionId': 'a'}"),
        ("tests/test_import.py", "\nfrom chat.handlers import connect"),
        ("tests/test_from.py", "\nfrom chat import other, handlers"),
        ("tests/test_app.py", "\nimport app"),
        ("web/socket.test.ts", "\nnew WebSocket(u)"),
    ],
)
def test_tests_are_found_with_their_line(tmp_path: Path, name: str, code: str) -> None:
    (found,) = uses_in_tests(walk(write(tmp_path, {name: code})), frozenset({"src/chat/handlers.py", "app.py"}))

    assert (found.location.path, found.location.line) == (name, 2)
