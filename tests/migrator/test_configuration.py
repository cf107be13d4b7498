"""Settings of an application: ws2sse.toml or pyproject.toml, and nothing that nobody knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from migrator.configuration import Settings, SettingUnknown, settings_of
from migrator.errors import ConfigurationInvalid
from tests.running import ROOT, invoke

FULL = '[scan]\nexclude = ["samples/**"]\n\n[migrate]\napi = "Chat"\nignore = ["connection_table"]\n'


def test_the_example_in_the_docs_is_understood(tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to/keep-it-from-growing.md").read_text("utf-8")
    (tmp_path / "ws2sse.toml").write_text(page.partition("```toml\n")[2].partition("```")[0])
    assert settings_of(tmp_path).scan.baseline == "ws2sse-baseline.json"


def test_the_hook_runs_a_command_that_there_is() -> None:
    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    program, *arguments = hook["entry"].split()
    assert program == "ws2sse"
    assert invoke(*arguments[:1], "--help").returncode == 0
    assert set(re.findall(r"--[a-z-]+", hook["entry"])) <= set(
        re.findall(r"--[a-z-]+", invoke("scan", "--help").stdout)
    )


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert settings_of(tmp_path) == Settings()


def test_tables_of_other_commands_are_theirs(tmp_path: Path) -> None:
    (tmp_path / "ws2sse.toml").write_text("[shim]\nwhatever = 1\n[[verify.identity]]\nname = 'ana'\n")
    assert settings_of(tmp_path) == Settings()


def test_both_files_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        FULL.replace("[scan]", "[tool.ws2sse.scan]").replace("[m", "[tool.ws2sse.m")
    )
    from_project = settings_of(tmp_path)
    assert (from_project.scan.exclude, from_project.migrate.api) == (("samples/**",), "Chat")
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / "ws2sse.toml").write_text(FULL)
    assert settings_of(tmp_path) == from_project


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("[scna]\n", SettingUnknown, "there is no setting scna. Did you mean scan?"),
        ("[scan]\nexlude = []\n", SettingUnknown, "there is no setting scan.exlude. Did you mean scan.exclude?"),
        ("[migrate]\nout = 'x'\n", SettingUnknown, "there is no setting migrate.out. "),
        ("[scan]\nexclude = 5\n", ConfigurationInvalid, "scan.exclude is 5; allowed: "),
        ("scan = 5\n", ConfigurationInvalid, "scan is 5; allowed: "),
        ("[scan", ConfigurationInvalid, "the file is not TOML"),
        (f"a = {'[' * 5_000}", ConfigurationInvalid, "the file is not TOML"),
        ("#" * 4_194_305, ConfigurationInvalid, "the file is not TOML (it has more than 4194304 bytes)"),
    ],
)
def test_what_nobody_knows_is_an_error(tmp_path: Path, text: str, error: type[Exception], said: str) -> None:
    (tmp_path / "ws2sse.toml").write_text(text)
    with pytest.raises(error) as caught:
        settings_of(tmp_path)
    assert said in str(caught.value)
    assert str(tmp_path / "ws2sse.toml") in str(caught.value)


def test_a_project_whose_tools_are_no_table_has_no_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = 1\n")
    assert settings_of(tmp_path) == Settings()


def test_the_command_line_goes_before_and_exclusions_add(tmp_path: Path) -> None:
    (tmp_path / "ws2sse.toml").write_text('[scan]\ninclude = ["nothing"]\nexclude = ["b.py"]\n')
    for name in ("a.py", "b.py", "c.py", "d.js"):
        (tmp_path / name).write_text("import boto3\nboto3.client('apigatewaymanagementapi')\n")
    assert invoke("scan", tmp_path).returncode == 2
    shown = invoke("scan", tmp_path, "--include", "*.py", "--exclude", "c.py").stdout
    assert "5 files, 1 read" in shown
