"""What `--print-config` prints says everything, hides secrets, and can be used again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shim.config.configuration import HIDDEN, configuration_of, plain
from shim.config.layers import Given, environment, shim_toml
from shim.config.printing import as_json, as_text, as_toml
from shim.config.setting import SETTINGS, Setting
from shim.config.toml_files import lines_of
from shim.toml_values import toml_value

REQUIRED = {
    "backend.websocket.url": "ws://127.0.0.1:1",
    "backend.rest.url": "http://127.0.0.1:1",
    "management.forwarding.endpoint_url": "http://127.0.0.1:1",
    "management.forwarding.region": "eu-west-1",
    "redis.url": "redis://127.0.0.1",
}

FITTING = {
    "redis.lease_s": st.floats(30, 3_600),
    "redis.timeout_s": st.floats(1, 20),
    "redis.check_s": st.floats(1, 3_600),
    "streams.resume_window_s": st.floats(60, 3_600),
    "streams.drain_spread_ms": st.integers(0, 50_000),
}
"""Times of several nodes have to go together."""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TABLES = {
    "domains": st.fixed_dictionaries({"host": texts, "base_path": texts}),
    "routes": st.fixed_dictionaries(
        {"path": texts, "method": texts, "reply": st.booleans(), "repeatable": st.booleans()}
    ),
}


def values(setting: Setting) -> st.SearchStrategy[Any]:
    """What may be given for a setting."""
    kind, name = setting.kind, setting.key.rpartition(".")[2]
    if get_origin(kind) is not None and not hasattr(kind, "__members__"):
        inner = TABLES.get(name, texts)
        if get_origin(kind) is dict:
            return st.dictionaries(texts, inner, max_size=3)
        if get_origin(kind) in {tuple, frozenset}:
            return st.lists(inner, max_size=3)
        return st.sampled_from(get_args(kind))
    if setting.key in FITTING:
        return FITTING[setting.key]
    if setting.key == "api.stage":
        return st.from_regex(r"\A[A-Za-z0-9_]{1,9}\Z", fullmatch=True)
    if setting.key in {"listen.nodes", "listen.node_port"}:
        return st.integers(1, 256)
    if setting.key == "redis.partitions":
        return st.integers(1, 64)
    if setting.key == "listen.host":
        return st.text("abc.0123:", min_size=1)
    if setting.key in {"redis.url", "redis.prefix"}:
        return st.sampled_from(["redis://a", "rediss://a:1/2"] if setting.key == "redis.url" else ["ws2sse", "b:1"])
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(100, 65_535)
    if kind is float:
        return st.floats(1, 1e12, allow_nan=False)
    return texts.filter(lambda text: "\0" not in text and not text.startswith("~")) if kind is Path else texts


shown = [setting for setting in SETTINGS.values() if not setting.secret]


@given(st.data())
def test_printed_toml_is_the_same_configuration_again(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(shown), max_size=12, unique_by=lambda setting: setting.key))
    needed = {"cutover.journal": "journal"} if any(s.key.startswith("cutover.") for s in chosen) else {}
    told = REQUIRED | needed | {setting.key: data.draw(values(setting), setting.key) for setting in chosen}
    first = configuration_of([{key: Given(value, "test") for key, value in told.items()}])
    path = tmp_path_factory.mktemp("printed") / "shim.toml"

    path.write_text(as_toml(first), "utf-8")
    again = configuration_of([shim_toml(path)])

    told_as_json = json.loads(as_json(first))
    assert first.values.keys() - again.values.keys() == set()
    for key, value in first.values.items():
        assert again.values[key] == value or told_as_json[key]["value"] == HIDDEN, key


def test_a_secret_is_in_none_of_the_forms() -> None:
    secret = {
        "SHIM_METRICS__TOKEN": "hush-hush-hush-hush",
        "SHIM_MANAGEMENT__CREDENTIALS": '[{"access_key_id": "A", "secret_access_key": "hush"}]',
        "SHIM_BACKEND__WEBSOCKET__URL": "wss://a.example.org/prod?token=hush",
        "SHIM_BACKEND__WEBSOCKET__HEADERS": '{"X-Api-Key": "hush"}',
        "SHIM_REDIS__URL": "rediss://shim:hush@redis.example.org:6380/0",
    }
    found = configuration_of([environment(secret)])

    for form in (as_text, as_json, as_toml):
        assert "hush" not in form(found)
        assert form(found).count(HIDDEN) == 5


def test_text_says_where_each_value_came_from(tmp_path: Path) -> None:
    path = tmp_path / "shim.toml"
    path.write_text("[limits]\nidle_s = 0\n")
    printed = as_text(configuration_of([shim_toml(path), environment({"SHIM_LOGS__FORM": "json"})]))

    rows = {line.split()[0]: line.split()[1:] for line in printed.splitlines()}
    assert rows["limits.idle_s"] == ["0.0", f"{path}:2"]
    assert rows["logs.form"] == ["json", "SHIM_LOGS__FORM"]
    assert rows["listen.port"] == ["8000", "default"]
    assert rows["api.region"] == ["us-east-1", "default"]


def test_json_has_every_value_and_its_origin() -> None:
    found = configuration_of([environment({"SHIM_LOGS__FORM": "json"})])
    told = json.loads(as_json(found))

    assert told.keys() == found.values.keys()
    assert told["logs.form"] == {"value": "json", "origin": "SHIM_LOGS__FORM"}
    assert told["drain_s"] == {"value": plain(30.0), "origin": "default"}


@given(st.lists(texts, max_size=5))
def test_lines_are_found_whatever_the_values_hold(values: list[str]) -> None:
    text = "".join(f"\n[table{n}]\n\nkey = {toml_value([value])}  # {n}\n" for n, value in enumerate(values))

    assert lines_of(text) == {
        path: 4 * n + line
        for n in range(len(values))
        for path, line in (((f"table{n}",), 2), ((f"table{n}", "key"), 4))
    }
