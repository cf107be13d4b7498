from __future__ import annotations

import pytest

from migrator.configuration import SettingUnknown
from migrator.errors import ConfigurationInvalid
from migrator.sessions import identities_from_config, redacted_paths_from_config
from migrator.sessions.stubs import stubs_from_config

READERS = (identities_from_config, redacted_paths_from_config, stubs_from_config)


@pytest.mark.parametrize("read", READERS)
def test_tables_of_other_commands_are_left_alone(tmp_path, read):
    (tmp_path / "ws2sse.toml").write_text("[shim]\nidentities = 1\n[scan]\n", "utf-8")
    assert read(tmp_path) == ()


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(("file", "table"), [("ws2sse.toml", "verify"), ("pyproject.toml", "tool.ws2sse.verify")])
def test_a_key_that_there_is_not_is_refused_whoever_reads(tmp_path, read, file, table):
    (tmp_path / file).write_text(f"[[{table}.identities]]\nname = 'ann'\n", "utf-8")
    with pytest.raises(SettingUnknown) as caught:
        read(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / file}: there is no setting verify.identities. Did you mean verify.identity?"
    )


@pytest.mark.parametrize("read", READERS)
def test_something_else_than_a_table_is_refused(tmp_path, read):
    (tmp_path / "ws2sse.toml").write_text("verify = [1]\n", "utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"verify is \[1\]; allowed: a table\."):
        read(tmp_path)
