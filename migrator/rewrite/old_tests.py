"""Tests of the old application that go along: what they import is as it was, or has the drop-in client instead.

https://docs.python.org/3/library/unittest.mock.html#where-to-patch

A test that patches `app.boto3.client` then patches `app.management_client`. The others are listed, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from migrator.inventory.model import Inventory
from migrator.rewrite.edit import FileEdit
from migrator.rewrite.python import PythonResult, management_client, websocket_api
from migrator.rewrite.python.project import Project
from migrator.rewrite.rule import Example, RulePage

RULE: Final = "test_along"
PAGE: Final = RulePage(
    name=RULE,
    summary=__doc__,
    safety="review",
    example=Example(
        before="""\
from unittest.mock import patch

import app


def test_it_tells_who_asked():
    with patch("app.boto3.client") as client:
        app.handle({"body": "hi"}, None)
    client.return_value.get_connection.assert_called_once()
""",
        after="""\
from unittest.mock import patch

import app


def test_it_tells_who_asked():
    with patch("app.management_client") as client:
        app.handle({"body": "hi"}, None)
    client.return_value.get_connection.assert_called_once()
""",
        path="tests/test_app.py",
    ),
    leaves_alone=(
        "tests of modules that were rewritten further: what they assert has changed",
        "tests that stub botocore, or patch boto3.client for all modules",
        "tests that open a WebSocket to a running API",
        "tests in other languages than Python",
    ),
)
_DROP_INS: Final = frozenset({management_client.RULE, websocket_api.RULE})
_PATCH: Final = re.compile(r"""(?P<quote>["'])(?P<module>\w+(?:\.\w+)*)\.boto3\.client(?P=quote)""")
_SOCKET: Final = re.compile(r"websockets?\.(?:sync\.client\.|client\.)?connect|WebSocketApp|create_connection\(")


@dataclass(frozen=True)
class Verdict:
    """`text`: the file as it goes along; None when it stays."""

    reason: str
    text: str | None = None


@dataclass
class OldTests:
    """`verdicts` by path of a test; `helpers`: what else of the test folders has to go along."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    before: dict[str, str] = field(default_factory=dict)

    def copies(self) -> list[str]:
        same = [path for path, told in self.verdicts.items() if told.text == self.before[path]]
        return sorted({*same, *self.helpers})

    def edits(self) -> list[FileEdit]:
        return [
            FileEdit(path, self.before[path], told.text)
            for path, told in self.verdicts.items()
            if told.text is not None and told.text != self.before[path]
        ]


def old_tests(app: Path, inventory: Inventory, python: PythonResult, final: Mapping[str, str]) -> OldTests:
    """`final`: Python text of the new application by path."""
    result = OldTests()
    paths = sorted({test.location.path for test in inventory.tests if test.location.path.endswith(".py")})
    for path in paths:
        text = _read(app / path)
        if text is None:
            result.verdicts[path] = Verdict("stays: it can't be read")
            continue
        result.before[path] = text
        helpers = _helpers(app, path, text, final)
        result.verdicts[path] = _verdict(path, text, helpers, python, final)
        if result.verdicts[path].text is not None:
            result.helpers |= helpers.keys() - set(paths)
    return result


def _verdict(
    path: str, text: str, helpers: Mapping[str, str], python: PythonResult, final: Mapping[str, str]
) -> Verdict:
    if _SOCKET.search(text):
        return Verdict("stays: it opens a WebSocket to a running API")
    project = Project({**final, **helpers, path: text})
    if project.modules[path].facts is None:
        return Verdict(f"stays: {project.modules[path].failure}")
    reached = project.reached_from({path, *helpers}) & final.keys()
    if not reached:
        return Verdict("stays: it imports nothing that goes along")
    changed = sorted(reached & python.texts.keys())
    further = next((name for name in changed if not _has_drop_in_alone(name, python, final)), None)
    if further is not None:
        return Verdict(f"stays: {further}, which it imports, was rewritten; what it asserts may have changed")
    stems = {PurePosixPath(name).stem for name in changed}
    after = _PATCH.sub(lambda found: _patched(found, stems), text)
    if changed and ("boto3.client" in after or "Stubber" in after):
        return Verdict("stays: it patches boto3 or botocore for all modules")
    return Verdict("goes along: what it imports is as it was, or has the drop-in client", after)


def _has_drop_in_alone(path: str, python: PythonResult, final: Mapping[str, str]) -> bool:
    rules = {record.rule for record in python.settled if record.path == path and record.status == "rewritten"}
    native = any(endpoint.path == path for endpoint in python.endpoints)
    return bool(rules) and rules <= _DROP_INS and not native and "boto3.client" not in final[path]


def _patched(found: re.Match[str], stems: set[str]) -> str:
    module, quote = found["module"], found["quote"]
    return f"{quote}{module}.management_client{quote}" if module.rpartition(".")[2] in stems else found[0]


def _helpers(app: Path, path: str, text: str, final: Mapping[str, str]) -> dict[str, str]:
    """conftest.py and __init__.py on the way to a test, and what it imports from beside itself."""
    folders = [folder.as_posix() for folder in PurePosixPath(path).parents]
    names = {"conftest.py", "__init__.py"}
    names |= {f"{name.split('.')[0]}.py" for name in Project({path: text}).modules[path].imports}
    found: dict[str, str] = {}
    for folder in folders:
        for name in sorted(names):
            near = name if folder == "." else f"{folder}/{name}"
            helper = _read(app / near) if near not in final and near != path else None
            if helper is not None:
                found[near] = helper
    return found


def _read(path: Path) -> str | None:
    if not path.is_file() or path.is_symlink():
        return None
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
