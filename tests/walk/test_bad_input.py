"""Each kind of bad input has a defined answer: a clear sentence, the right exit status, and nothing half-written."""

from __future__ import annotations

import resource
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import CHAT, ROOT, environment, invoke, ws2sse

COMMANDS_ON_AN_APP = [("scan",), ("deploy", "--dry-run"), ("shim", "--port", "0"), ("migrate",), ("checklist",)]


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """A copy of the example that a test may spoil."""
    return shutil.copytree(CHAT, tmp_path / "chat", ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".*"))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", COMMANDS_ON_AN_APP)
def test_a_folder_that_is_not_there(tmp_path: Path, command: tuple[str, ...]) -> None:
    finished = invoke(command[0], tmp_path / "nowhere", *command[1:])

    assert finished.returncode == 2
    assert f"There is no folder {tmp_path / 'nowhere'}" in finished.stderr
    assert finished.stdout == ""


@pytest.mark.parametrize("command", COMMANDS_ON_AN_APP)
def test_an_empty_folder(tmp_path: Path, command: tuple[str, ...]) -> None:
    finished = invoke(command[0], tmp_path, *command[1:])

    assert finished.returncode == 2
    assert f"Nothing in {tmp_path} belongs to an API Gateway WebSocket API" in finished.stderr
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("command", COMMANDS_ON_AN_APP)
def test_a_file_instead_of_a_folder(command: tuple[str, ...]) -> None:
    finished = invoke(command[0], CHAT / "handlers.py", *command[1:])

    assert finished.returncode == 2
    assert "is a file; give the folder that holds the application" in finished.stderr


class TestAHandlerThatDoesNotParse:
    @pytest.fixture
    def broken(self, chat: Path) -> Path:
        (chat / "handlers.py").write_text("def connect(event, context:\n    return {}\n")
        return chat

    def test_scan_names_the_place_and_lists_the_rest(self, broken: Path) -> None:
        finished = invoke("scan", broken)

        assert finished.returncode == 3
        assert "handlers.py:1" in finished.stdout
        assert "$connect" in finished.stdout

    def test_the_shim_says_why_it_does_not_start(self, broken: Path) -> None:
        finished = ws2sse("shim", broken, "--port", "0")

        assert finished.returncode == 2
        assert "can't be served" in finished.stderr
        assert "handlers.py" in finished.stderr

    def test_migrate_counts_it_as_failed(self, broken: Path, tmp_path: Path) -> None:
        finished = invoke("migrate", broken, "--out", tmp_path / "new")

        assert finished.returncode == 3
        assert "failed" in finished.stdout


class TestAServerlessFileThatIsNotYaml:
    @pytest.fixture
    def broken(self, chat: Path) -> Path:
        (chat / "serverless.yml").write_text("service: x\n  functions: [\n")
        return chat

    def test_scan_names_line_and_column(self, broken: Path) -> None:
        finished = invoke("scan", broken)

        assert finished.returncode == 3
        assert "serverless.yml:2" in finished.stdout

    def test_the_shim_does_not_guess(self, broken: Path) -> None:
        finished = ws2sse("shim", broken, "--port", "0")

        assert finished.returncode == 2
        assert "serverless.yml" in finished.stderr


def test_a_handler_file_that_is_missing(chat: Path) -> None:
    text = (chat / "serverless.yml").read_text()
    assert "handlers.ping" in text
    (chat / "serverless.yml").write_text(text.replace("handlers.ping", "lost.ping"))
    scanned = invoke("scan", chat)
    shimmed = ws2sse("shim", chat, "--port", "0")

    assert scanned.returncode == 3
    assert "lost" in scanned.stdout
    assert shimmed.returncode == 2
    assert "lost" in shimmed.stderr


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = ws2sse("shim", CHAT, "--port", str(port))

    assert finished.returncode == 2
    assert f"Can't listen on 127.0.0.1:{port}: another program listens there" in finished.stderr


def test_an_output_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    finished = invoke("migrate", CHAT, "--out", tmp_path)

    assert finished.returncode == 2
    assert f"{tmp_path} already holds 1 entries; nothing was written" in finished.stderr
    assert tree(tmp_path) == {"mine.txt": b"precious"}


@pytest.mark.slow
def test_an_output_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finished = invoke("migrate", CHAT, "--out", tmp_path / "file" / "new")

    assert finished.returncode == 2
    assert "nothing was written" in finished.stderr.lower()


@pytest.mark.slow
def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    finished = ws2sse("migrate", CHAT, "--out", tmp_path / "new", before=small_files)

    assert finished.returncode == 2
    assert "can't be written (File too large); nothing was written" in finished.stderr
    assert tree(tmp_path) == {}


def test_an_output_folder_inside_of_the_application(chat: Path) -> None:
    before = tree(chat)
    finished = invoke("migrate", chat, "--out", chat / "new")

    assert finished.returncode == 2
    assert f"{chat / 'new'} lies inside of {chat}; nothing was written" in finished.stderr
    assert tree(chat) == before


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    finished = invoke("checklist", CHAT, "--verify", tmp_path / "nope.json")

    assert finished.returncode == 2
    assert "nope.json can't be read (No such file or directory)" in finished.stderr


def test_verify_wants_what_migrate_wrote(tmp_path: Path) -> None:
    finished = invoke("verify", CHAT, tmp_path)

    assert finished.returncode == 2
    assert "has no sse_service/main.py" in finished.stderr


def test_a_secret_that_only_the_deployment_knows_is_asked_for() -> None:
    without = {name: value for name, value in environment().items() if name != "JWT_SECRET"}
    finished = ws2sse("shim", CHAT, "--port", "0", env=without)

    assert finished.returncode == 2
    assert "JWT_SECRET must be set in the environment" in finished.stderr


def test_a_command_that_does_not_exist_has_a_suggestion() -> None:
    finished = ws2sse("migrat", CHAT)

    assert finished.returncode == 2
    assert "Did you mean migrate?" in finished.stderr


CRASHING = """
import sys
import click
import migrator.commands.rules
from migrator.cli import main

@click.command()
def crashing():
    raise RuntimeError("nobody foresaw this")

migrator.commands.rules.command = crashing
sys.argv[1:] = ["rules"]
main()
"""


def test_a_crash_shows_where_it_was_and_is_no_status_of_a_finding() -> None:
    crashed = subprocess.run(
        [sys.executable, "-c", CRASHING], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert crashed.returncode == 2
    assert "RuntimeError: nobody foresaw this" in crashed.stderr
    assert "please report it with the lines above" in crashed.stderr
