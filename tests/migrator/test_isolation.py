"""A parser that crashes, or does not end, costs one file and not the run."""

import os
import signal
import time
from functools import partial
from pathlib import Path
from shutil import copytree

import libcst
import pytest
from click.testing import CliRunner

from migrator.cli import cli
from migrator.errors import ApplicationNotFound, RunCrashed
from migrator.isolation import crash_of, isolated, parsing
from migrator.rewrite import plan_migration
from migrator.rewrite.python import project
from migrator.scan import scan_application
from migrator.scan.python import source
from tests.running import CHAT

NESTED = f"x = {'(' * 3000}1{')' * 3000}"
"""Ends the process of LibCST 1.9's parser: its stack is native."""


def read(path: str, parse) -> str:
    crashed = crash_of(path)
    if crashed is not None:
        return crashed
    with parsing(path):
        parse()
    return "parsed"


def read_all(**files) -> dict[str, str]:
    return {path: read(path, parse) for path, parse in files.items()}


def nothing() -> None:
    pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_work_returns_and_raises_comes_through() -> None:
    assert isolated(lambda: {"a": 1}) == {"a": 1}
    assert isolated(partial(read_all, good=nothing)) == {"good": "parsed"}
    with pytest.raises(ApplicationNotFound) as error:
        isolated(partial(scan_application, Path("/there/is/no/such")))
    assert "There is no folder" in str(error.value)


def test_an_error_that_cannot_be_copied_keeps_its_text() -> None:
    class Local(Exception):
        pass

    def work() -> None:
        raise Local("what happened")

    with pytest.raises(RuntimeError, match="what happened"):
        isolated(work)


def test_outside_of_a_run_nothing_is_isolated() -> None:
    assert read("file", nothing) == "parsed"


def test_a_native_parser_that_overflows_its_stack_costs_one_file() -> None:
    found = isolated(partial(read_all, a=nothing, b=partial(libcst.parse_module, NESTED), c=nothing))

    assert found == {"a": "parsed", "b": "the parser crashed on it (SIGSEGV)", "c": "parsed"}


def test_several_files_that_crash_cost_several_files() -> None:
    found = isolated(partial(read_all, a=die, b=nothing, c=die))

    assert [path for path, word in found.items() if "SIGKILL" in word] == ["a", "c"]


def test_a_parser_that_does_not_end_costs_one_file() -> None:
    found = isolated(partial(read_all, a=partial(time.sleep, 60), b=nothing), limit_s=0.2)

    assert found == {"a": "the parser did not end within 0.2 s", "b": "parsed"}


def test_a_crash_that_no_file_can_be_blamed_for_ends_the_run() -> None:
    with pytest.raises(RunCrashed) as error:
        isolated(die)
    assert str(error.value) == (
        "The run ended while no file was being parsed: the parser crashed on it (SIGKILL). Leave the file or its folder "
        "out, and report it as our bug."
    )


def test_a_file_that_crashes_although_it_was_left_out_ends_the_run() -> None:
    def heedless() -> None:
        with parsing("a"):
            die()

    with pytest.raises(RunCrashed, match="while a was parsed"):
        isolated(heedless)


def crashing_on(word: str, parse):
    """The parser, but for texts with the word, on which it ends its process."""

    def parser(text, *args, **values):
        if word in (text if isinstance(text, str) else ""):
            die()
        return parse(text, *args, **values)

    return parser


def test_a_scan_goes_on_without_the_file_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = copytree(CHAT, tmp_path / "chat")
    (app / "helpers.py").write_text("CRASH = 1\nconnectionId = None\n", "utf-8")
    monkeypatch.setattr(source.ast, "parse", crashing_on("CRASH", source.ast.parse))

    inventory = isolated(partial(scan_application, app))

    assert inventory.files.failed == 1
    assert [(p.location.path, p.message) for p in inventory.problems] == [
        ("helpers.py", "the parser crashed on it (SIGKILL)")
    ]
    assert len(inventory.apis[0].routes) == 5


def test_a_migration_goes_on_and_counts_the_sites_as_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory = scan_application(CHAT)
    victim = inventory.handler(inventory.apis[0].routes[0].handler).path
    marked = (CHAT / victim).read_text("utf-8").splitlines()[0]
    monkeypatch.setattr(project.cst, "parse_module", crashing_on(marked, project.cst.parse_module))

    plan = isolated(partial(plan_migration, CHAT, inventory))

    failed = [outcome for outcome in plan.account.outcomes if outcome.status == "failed"]
    assert failed
    assert {outcome.site.location.path for outcome in failed} == {victim}
    assert {outcome.reason for outcome in failed} == {"the parser crashed on it (SIGKILL)"}
    assert plan.account.imbalance() == []


def test_the_command_scans_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = copytree(CHAT, tmp_path / "chat")
    (app / "helpers.py").write_text("CRASH = 1\nconnectionId = None\n", "utf-8")
    monkeypatch.setattr(source.ast, "parse", crashing_on("CRASH", source.ast.parse))

    ended = CliRunner().invoke(cli, ["scan", str(app)])

    assert ended.exit_code == 0
    assert "the parser crashed on it" in ended.output
