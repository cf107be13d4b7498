"""Tables of TOML that people write -> records; what is wrong is told with its key and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import UnionType
from typing import Literal, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError

from checklists.errors import ChecklistError, NameUnknown, SettingInvalid
from migrator.inventory.record import Record

Model = TypeVar("Model", bound=Record)


def read_table(path: Path, key: str, table: object, model: type[Model]) -> Model:
    """`key`: where the table stands, such as 'checklist.items.OPS-RUNBOOK'. Raises NameUnknown or SettingInvalid."""
    if not isinstance(table, dict):
        raise SettingInvalid(path, key, f"it is {table!r}, not a table")
    for name in table:
        check_name(path, f"{key}.{name}", "key", name, model.model_fields)
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise _told(path, key, model, error) from error


def read_tables(path: Path, key: str, tables: object, model: type[Model]) -> tuple[Model, ...]:
    """The same of an array of tables; they are counted from 1."""
    if not isinstance(tables, list):
        raise SettingInvalid(path, key, f"it is {tables!r}, not an array of tables")
    return tuple(read_table(path, f"{key}[{number}]", one, model) for number, one in enumerate(tables, start=1))


def check_name(path: Path, key: str, what: str, name: str, known: Iterable[str]) -> None:
    """Raises NameUnknown."""
    known = tuple(known)
    if name not in known:
        raise NameUnknown(path, key, what, name, known)


def _told(path: Path, key: str, model: type[Record], error: ValidationError) -> ChecklistError:
    first = error.errors(include_url=False)[0]
    where = ".".join([key, *map(str, first["loc"])])
    if first["type"] == "missing":
        return SettingInvalid(path, where, "it is missing")
    field = model.model_fields.get(str(first["loc"][0])) if first["loc"] else None
    if first["type"] == "literal_error" and field is not None:
        name = str(first["loc"][0]).replace("_", " ")
        return NameUnknown(path, where, name, str(first["input"]), _allowed(field.annotation))
    return SettingInvalid(path, where, f"it is {first['input']!r}: {first['msg']}")


def _allowed(annotation: object) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    if get_origin(annotation) in {Union, UnionType, tuple}:
        return tuple(name for inner in get_args(annotation) for name in _allowed(inner))
    return ()
