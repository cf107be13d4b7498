"""What kits are told comes from the application's own files, and no secret is among it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.deploy.errors import OfOneProcess
from migrator.deploy.migrated import is_migrated
from migrator.deploy.reading import LONGEST_NAME, label, migrated_deployment
from migrator.hostable import NotHostable
from migrator.scan import scan_application
from shim.config.layers import shim_toml
from tests.migrator.deploy.deployments import APP, SERVERLESS, application, deployment


def variables(app: Path) -> dict[str, str | None]:
    return {variable.name: variable.value for variable in deployment(app).variables}


def test_a_value_of_a_secret_is_not_told(tmp_path: Path) -> None:
    found = deployment(application(tmp_path))

    assert "hunter2" not in repr(found)
    assert "hunter2" not in found.inventory.model_dump_json()
    (password,) = [variable for variable in found.variables if variable.name == "DB_PASSWORD"]
    assert (password.value, password.secret, password.required) == (None, True, True)


def test_a_secret_is_known_by_its_looks_too(tmp_path: Path) -> None:
    app = application(tmp_path, SERVERLESS.replace("notes-connections", "postgres://ana:hunter2@db.example.org/notes"))

    assert variables(app)["TABLE"] is None
    assert "hunter2" not in deployment(app).inventory.model_dump_json()


def test_a_secret_of_the_settings_comes_from_the_environment(tmp_path: Path) -> None:
    found = deployment(application(tmp_path), {"console.token": "0123456789abcdef", "redis.url": "redis://:pw@cache"})

    assert "0123456789abcdef" not in repr(found)
    assert "pw@cache" not in repr(found)
    required = {variable.name for variable in found.given if variable.required}
    assert {"SHIM_CONSOLE__TOKEN", "SHIM_REDIS__URL"} <= required


def test_variables_have_the_values_that_files_say_and_others_are_to_be_given(tmp_path: Path) -> None:
    found = variables(application(tmp_path))

    assert found["TABLE"] == "notes-connections"
    assert found["ROOM"] == "hall"
    assert found["GREETING"] is None


def test_a_variable_with_two_values_stays_with_the_functions(tmp_path: Path) -> None:
    two = SERVERLESS.replace("handler: app.connect", "handler: app.connect\n        environment: {ROOM: cellar}")
    found = deployment(application(tmp_path, two))

    assert "ROOM" not in {variable.name for variable in found.variables}
    assert any(note.startswith("ROOM has another value") for note in found.notes)
    assert {handler.environment["ROOM"] for handler in found.inventory.handlers} == {"hall", "cellar"}


def test_settings_are_those_of_several_nodes_and_keep_what_the_application_says(tmp_path: Path) -> None:
    told = {"limits.idle_s": 30.0, "redis.prefix": "mine", "listen.host": "::1", "listen.nodes": 4, "drain_s": 40.0}
    found = deployment(application(tmp_path), told)
    written = tomllib.loads(found.settings)

    assert written["limits"] == {"idle_s": 30.0}
    assert written["redis"] == {"prefix": "mine"}
    assert written["listen"] == {"host": "0.0.0.0", "port": 8000}
    assert written["backend"] == {"aws": "configured", "python": {"workers": "processes", "require_all": True}}
    assert (found.timing.drain_s, found.timing.ending_s) == (40.0, 25.0)
    assert found.timing.stop_s > 5 + 40 + 25
    (tmp_path / "kit.toml").write_text(found.settings)
    assert shim_toml(tmp_path / "kit.toml")  # the shim takes it


def test_what_one_process_alone_can_do_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OfOneProcess, match=r"ask for recording\.file, for one process alone"):
        deployment(application(tmp_path), {"recording.file": "traffic.ndjson"})


def test_functions_that_no_node_can_run_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotHostable, match="defines no shout"):
        deployment(application(tmp_path, SERVERLESS.replace("app.say", "app.shout")))


def test_requirements_with_a_secret_are_left_out_and_said(tmp_path: Path) -> None:
    lines = "requests==2.32.0\nhttps://ana:hunter2@pypi.example.org/notes-1.0-py3-none-any.whl\n"
    found = deployment(application(tmp_path, **{"requirements.txt": lines}))

    assert found.requirements.lines == ("requests==2.32.0",)
    assert any(note.startswith("not in the image: ") for note in found.notes)
    assert "hunter2" not in repr(found)


def test_requirements_that_are_called_like_secrets_are_none(tmp_path: Path) -> None:
    lines = "PyJWT==2.8.0\npython-auth==1.0\n"
    found = deployment(application(tmp_path, **{"requirements.txt": lines}))

    assert found.requirements.lines == ("PyJWT==2.8.0", "python-auth==1.0")
    assert found.notes == ()


def test_a_migrated_application_needs_what_its_own_code_reads(tmp_path: Path) -> None:
    app = application(tmp_path, **{"other.py": 'import os\n\nprint(os.environ["ROOM"])\n'})
    (app / "app.py").write_text(APP.replace('TABLE = os.environ["TABLE"]', ""))
    (app / "sse_service").mkdir()
    (app / "sse_service" / "main.py").touch()
    (app / ".venv").mkdir()
    (app / ".venv" / "theirs.py").write_text('TABLE = os.environ["TABLE"]')
    found = migrated_deployment(app, scan_application(app))

    assert is_migrated(app)
    assert found.served == "migrated"
    names = {variable.name for variable in found.variables}
    assert "ROOM" in names
    assert "TABLE" not in names
    assert found.redis_variable in {variable.name for variable in found.given}


@given(st.text())
def test_every_name_becomes_a_label(name: str) -> None:
    assert re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", label(name))
    assert len(label(name)) <= LONGEST_NAME
    assert label(label(name)) == label(name)
