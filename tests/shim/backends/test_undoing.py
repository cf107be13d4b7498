from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from shim.backends.undoing import Undo, all_of, replaced, when_imported


class Owner:
    def word(self) -> str:
        return "own"


def patch() -> Undo:
    return replaced(Owner, "word", lambda _self: "other")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"imported_later_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_what_was_replaced_is_as_it_was_afterwards():
    undo = all_of([patch()])
    assert Owner().word() == "other"
    undo()
    assert Owner().word() == "own"


def test_nothing_is_done_before_the_module_is_imported_and_it_is_itself(module):
    undo = when_imported(module, patch)
    assert module not in sys.modules
    assert Owner().word() == "own"
    assert importlib.import_module(module).VALUE == 1
    assert Owner().word() == "other"
    undo()
    assert Owner().word() == "own"


def test_a_module_that_is_there_is_not_waited_for():
    undo = when_imported("json", patch)
    assert Owner().word() == "other"
    undo()


def test_what_was_undone_is_not_done_later(module):
    when_imported(module, patch)()
    importlib.import_module(module)
    assert Owner().word() == "own"


def test_of_several_that_wait_the_last_is_in_front(module):
    def over() -> Undo:
        before = Owner.word
        return replaced(Owner, "word", lambda self: f"in front of {before(self)}")

    undo = all_of([when_imported(module, over), when_imported(module, patch)][::-1])
    last = when_imported(module, over)
    importlib.import_module(module)
    assert Owner().word() == "in front of other"
    last()
    undo()
    assert Owner().word() == "own"


def test_a_module_that_there_is_not_is_missing_as_ever():
    undo = when_imported("ws2sse_there_is_no_such_module", patch)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("ws2sse_there_is_no_such_module")
    undo()
    assert Owner().word() == "own"
