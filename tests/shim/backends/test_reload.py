"""Changed code is in force at once; code that can't be imported never is."""

from __future__ import annotations

import asyncio
import logging
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from shim.backends.python import PythonFunction
from shim.backends.reload import CodeWatcher
from tests.shim.backends.test_python import code, running


def says(word: str) -> str:
    return f"import parts\ndef handler(event, context):\n    return {word!r} + parts.WORD\n"


def at(root: Path) -> dict[str, PythonFunction]:
    return {"fn": PythonFunction(root, "changing", "handler")}


@pytest.fixture(params=["threads", "processes"])
def workers(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    code(tmp_path, "WORD = ' as before'\n", "parts")
    return code(tmp_path.resolve(), says("one"), "changing")


@pytest.mark.parametrize(
    ("path", "is_code"),
    [
        (".git/hooks.py", False),
        (".venv/lib/library.py", False),
        ("web/node_modules/gyp/tool.py", False),
        ("__pycache__/app.py", False),
        ("app.db", False),
        ("app.py", True),
        ("messages/words.json", True),
    ],
)
def test_only_code_of_the_application_counts(tmp_path: Path, path: str, is_code: bool) -> None:
    watcher = CodeWatcher([tmp_path], lambda root: None)
    assert watcher._is_code(1, str(tmp_path.resolve() / path)) is is_code  # type: ignore[arg-type]


def test_a_root_below_an_ignored_folder_is_watched_all_the_same(tmp_path: Path) -> None:
    root = (tmp_path / ".venv" / "app").resolve()
    assert CodeWatcher([root], lambda root: None)._is_code(1, str(root / "app.py"))  # type: ignore[arg-type]


class Said(logging.Handler):
    """What the watcher logs, as it is logged."""

    def __init__(self) -> None:
        super().__init__()
        self._records: queue.SimpleQueue[str] = queue.SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        self._records.put(record.getMessage())

    async def next(self) -> str:
        return await asyncio.to_thread(self._records.get, timeout=20)


@pytest.fixture
def said() -> Iterator[Said]:
    handler = Said()
    logging.getLogger("shim.backends.reload").addHandler(handler)
    yield handler
    logging.getLogger("shim.backends.reload").removeHandler(handler)


async def test_a_change_is_in_force_and_a_broken_one_is_reported(root: Path, workers: str, said: Said) -> None:
    async with running(at(root), workers=workers, reload=True) as backend:
        watcher = backend._watcher
        assert watcher is not None
        await asyncio.to_thread(watcher.watching.wait, 10)
        assert await backend.invoke("fn", {}) == "one as before"

        code(root, "WORD = ' as changed'\n", "parts")
        assert (await said.next()).endswith("was changed and is in force.")
        assert await backend.invoke("fn", {}) == "one as changed"

        code(root, "def handler(event, context:\n", "changing")
        assert (await said.next()).endswith("The code from before the change goes on serving.")
        assert await backend.invoke("fn", {}) == "one as changed"

        code(root, says("three"), "changing")
        assert (await said.next()).endswith("was changed and is in force.")
        assert await backend.invoke("fn", {}) == "three as changed"


async def test_a_call_that_is_under_way_ends_in_the_code_that_it_began_in(root: Path, workers: str) -> None:
    code(root, "import time\n" + says("one").replace("return", "time.sleep(event['s'])\n    return"), "changing")
    async with running(at(root), workers=workers) as backend:
        slow = asyncio.create_task(backend.invoke("fn", {"s": 1}))
        await backend.invoke("fn", {"s": 0})
        code(root, says("two"), "changing")
        await asyncio.to_thread(backend._runner.reload, root)

        assert await backend.invoke("fn", {}) == "two as before"
        assert await slow == "one as before"
