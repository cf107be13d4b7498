"""Sections of the configuration, made from the option classes that the parts of the shim have."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from shim.config.descriptions import descriptions_of
from shim.config.unsaid import LEAST, MOST, TEXTS, WORDS
from shim.redaction import is_secret_name


@dataclasses.dataclass(frozen=True, slots=True)
class Allowed:
    """Says in words what a text has to look like."""

    words: str


class Section(BaseModel):
    """A table of settings. `made_from`: the option class; None for a section that is its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    made_from: ClassVar[type | None] = None


def section_of(
    options: type,
    *,
    without: tuple[str, ...] = (),
    defaults: Mapping[str, Any] | None = None,
) -> type[Section]:
    """A section with the fields of a dataclass, their defaults, and what is written below them.

    `without`: fields that are not configured here. `defaults`: of fields that have none there.
    """
    hints = get_type_hints(options)
    described = {**descriptions_of(options), **WORDS.get(options, {})}
    least, most = LEAST.get(options, {}), MOST.get(options, {})
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(options):
        if not field.init or field.name in without:
            continue
        secret = not field.repr or is_secret_name(field.name)
        annotation = _bounded(_modelled(hints[field.name]), least.get(field.name, 0), most.get(field.name))
        if field.name in TEXTS.get(options, {}):
            pattern, told = TEXTS[options][field.name]
            annotation = Annotated[annotation, Field(pattern=pattern), Allowed(told)]
        default = (defaults or {}).get(field.name, _default(field))
        fields[field.name] = (
            annotation,
            Field(
                default=default,
                description=described.get(field.name),
                validate_default=True,
                repr=not secret,
            ),
        )
    made: type[Section] = create_model(options.__name__, __base__=Section, __doc__=options.__doc__, **fields)
    made.made_from = options
    return made


def built(value: Any) -> Any:  # noqa: ANN401 - whatever a setting holds
    """A value in which sections have become the options that they were made from. Raises what these raise."""
    if isinstance(value, Section) and type(value).made_from is not None:
        return type(value).made_from(**arguments_of(value))  # type: ignore[misc]
    if isinstance(value, dict):
        return {key: built(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(built(item) for item in value)
    return value


def arguments_of(section: Section) -> dict[str, Any]:
    return {name: built(getattr(section, name)) for name in type(section).model_fields}


def _default(field: dataclasses.Field[Any]) -> Any:  # noqa: ANN401 - whatever it is
    value = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
    if value is dataclasses.MISSING:
        return ...
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value


def _modelled(annotation: Any) -> Any:  # noqa: ANN401 - types are values here
    """A type in which dataclasses have become sections, so that what is unknown within them is refused too."""
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return section_of(annotation)
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return Union[tuple(_modelled(argument) for argument in arguments)]  # noqa: UP007 - made from values
    if origin in _CONTAINERS:
        return _CONTAINERS[origin][tuple(_modelled(argument) for argument in arguments)]
    return annotation


def _bounded(annotation: Any, least: float, most: float | None) -> Any:  # noqa: ANN401 - types are values here
    """No time, size or number of the shim is below zero, or has no end; what may be none is no exception."""
    kinds = set(alternatives(annotation)) - {types.NoneType}
    if kinds == {int}:
        return Annotated[annotation, Field(ge=least, le=most)]
    if kinds == {float}:
        return Annotated[annotation, Field(ge=least, le=most, allow_inf_nan=False)]
    return annotation


def alternatives(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401 - types are values here
    """What a value may be: the members of a union, or the one type."""
    return get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)


_CONTAINERS: Final[dict[Any, Any]] = {Mapping: dict, dict: dict, tuple: tuple, frozenset: frozenset}
