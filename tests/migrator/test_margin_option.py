from __future__ import annotations

import pytest

from migrator.commands.margin import margin_from_config
from migrator.errors import ConfigurationInvalid
from shim.dualrun.judge.margin import Margin
from tests.running import CHAT, invoke


def test_settings_without_a_margin_give_none(tmp_path):
    assert margin_from_config(tmp_path) is None
    (tmp_path / "ws2sse.toml").write_text("[verify]\nredact = []\n", "utf-8")
    assert margin_from_config(tmp_path) is None


def test_the_margin_of_the_settings(tmp_path):
    (tmp_path / "ws2sse.toml").write_text('[verify]\nmargin = "20%, 100ms"\n', "utf-8")
    assert margin_from_config(tmp_path) == Margin(0.2, 0.1)


@pytest.mark.parametrize("value", ['"fast"', "10", '["10%"]', "true"])
def test_another_value_is_refused(tmp_path, value):
    (tmp_path / "ws2sse.toml").write_text(f"[verify]\nmargin = {value}\n", "utf-8")
    with pytest.raises(
        ConfigurationInvalid, match=r"verify\.margin is .*; allowed: a share, a time, or both, such as 10%"
    ):
        margin_from_config(tmp_path)


def test_another_value_on_the_command_line_is_refused_before_anything_runs(tmp_path):
    finished = invoke("verify", CHAT, tmp_path, "--margin", "fast")
    assert finished.returncode == 2
    assert "'fast' is not a share, a time, or both, such as 10%" in " ".join(finished.stderr.split())
