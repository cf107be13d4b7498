"""The table [cost]."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from checklists.cost.settings import cost_settings
from checklists.cost.target import Target
from migrator.configuration import SettingUnknown, settings_of
from migrator.errors import ConfigurationInvalid


def written(app: Path, text: str) -> Path:
    (app / "ws2sse.toml").write_text(text)
    return app


def test_an_unknown_key_is_an_error_that_helps(tmp_path: Path):
    with pytest.raises(SettingUnknown, match=r"Did you mean cost\.memory_gb\?"):
        cost_settings(written(tmp_path, "[cost]\nmemory = 1\n"))


@pytest.mark.parametrize(
    "line",
    [
        "vcpu = 0",
        "vcpu = nan",
        'tasks = "two"',
        "tasks = -1",
        "mean_life_minutes = 121",
        "before = [2026-06-30, 2026-06-01]",
    ],
)
def test_a_value_that_cannot_be_is_an_error(tmp_path: Path, line: str):
    with pytest.raises(ConfigurationInvalid, match="cost"):
        cost_settings(written(tmp_path, f"[cost]\n{line}\n"))


def test_a_table_is_a_table(tmp_path: Path):
    with pytest.raises(ConfigurationInvalid):
        cost_settings(written(tmp_path, "cost = 1\n"))


def test_without_one_there_are_defaults(tmp_path: Path):
    assert cost_settings(tmp_path) == Target()


def test_other_commands_leave_it_alone(tmp_path: Path):
    app = written(tmp_path, '[cost]\nload_balancer = "shared"\ntasks = 3\nbefore = [2026-06-01, 2026-06-30]\n')
    assert cost_settings(app) == Target(load_balancer="shared", tasks=3, before=(date(2026, 6, 1), date(2026, 6, 30)))
    assert settings_of(app)
