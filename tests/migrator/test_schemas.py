"""The schemas in the docs are those of the code, and what the commands print is valid by them."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from migrator.schemas import DOCUMENTS, READ, schema
from tests.running import CHAT, ROOT, invoke

FOLDER = ROOT / "docs" / "reference" / "schema"


def written(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / f"{name}.json").read_text("utf-8")))


@pytest.mark.parametrize("name", [*DOCUMENTS, *READ])
def test_the_schema_in_the_docs_is_up_to_date(name: str) -> None:
    stale = "docs/reference/schema is stale; run: .venv/bin/python scripts/schemas.py"
    assert (FOLDER / f"{name}.json").read_text("utf-8") == schema(name), stale
    Draft202012Validator.check_schema(json.loads(schema(name)))


@pytest.mark.parametrize(("name", "command"), [("inventory", "scan"), ("migration", "migrate")])
def test_what_a_command_prints_is_valid(name: str, command: str) -> None:
    printed = json.loads(invoke(command, CHAT, "--format", "json").stdout)
    written(name).validate(printed)

    assert printed["schema_version"] == 1
    with pytest.raises(ValidationError):
        written(name).validate({**printed, "schema_version": 2})
    with pytest.raises(ValidationError):
        written(name).validate({**printed, "surprise": 1})
