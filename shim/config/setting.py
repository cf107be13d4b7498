"""One setting: `limits.idle_s` in a file, `SHIM_LIMITS__IDLE_S` in the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from shim.config.sections import Allowed, Section, alternatives
from shim.config.settings import ShimSettings

PREFIX: Final = "SHIM_"


@dataclass(frozen=True)
class Setting:
    """`default`: Ellipsis when it has to be given. `section`: the optional section that it belongs to; None: it is
    always in force."""

    key: str
    field: FieldInfo
    default: Any
    description: str
    section: str | None

    @property
    def variable(self) -> str:
        return variable_of(self.key)

    @property
    def secret(self) -> bool:
        """Never shown, and not taken from the command line, where other users of the machine would see it."""
        return not self.field.repr

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        kind: Any = self.field.annotation
        return TypeAdapter(Annotated[kind, *self.field.metadata] if self.field.metadata else kind)

    @property
    def may_be_none(self) -> bool:
        return type(None) in get_args(self.field.annotation)

    @property
    def kind(self) -> Any:  # noqa: ANN401 - types are values here
        """Its type, None apart."""
        options = [one for one in alternatives(self.field.annotation) if one is not type(None)]
        return options[0]

    @property
    def unit(self) -> str:
        """Empty for what is no amount."""
        return next((unit for ending, unit in _UNITS.items() if self.key.endswith(ending)), "")

    @property
    def allowed(self) -> str:
        """What may be given, in words."""
        said = [one.words for one in self.field.metadata if isinstance(one, Allowed)]
        if said:
            return said[0]
        return _words(self.kind) + _bounds(self.field.metadata)


def variable_of(key: str) -> str:
    return PREFIX + key.upper().replace(".", "__")


def sub_section(field: FieldInfo) -> type[Section] | None:
    """The section that a field is, or may be; None for a value."""
    found = [one for one in alternatives(field.annotation) if isinstance(one, type) and issubclass(one, Section)]
    return found[0] if found else None


def _words(kind: Any) -> str:  # noqa: ANN401 - types are values here
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(map(str, arguments))
    if origin is dict:
        return "a table of texts" if arguments[1] is str else f"a table of {_members(arguments[1])}"
    if origin in {tuple, frozenset}:
        return "a list of texts" if arguments[0] is str else f"a list of {_members(arguments[0])}"
    return _NAMES.get(kind, "a text")


def _members(section: type[Section]) -> str:
    return f"tables with {', '.join(section.model_fields)}"


def _bounds(metadata: list[Any]) -> str:
    least = next((one.ge for one in metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in metadata if hasattr(one, "le")), None)
    if least is None:
        return ""
    return f" of at least {least:g}" if most is None else f" from {least:g} to {most:g}"


_NAMES: Final[Mapping[Any, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Path: "a path",
}

_UNITS: Final = {
    "_per_s": "a second",
    "_ms": "milliseconds",
    "_s": "seconds",
    "_bytes": "bytes",
    "_mb": "megabytes",
    "_characters": "characters",
    ".longest": "characters",
}


def _settings(model: type[Section], before: str, about: str, section: str | None, given: Any) -> Iterator[Setting]:  # noqa: ANN401 - an instance of the model, None: of none
    for name, field in model.model_fields.items():
        words = " ".join(part for part in (about, field.description) if part)
        own = ... if field.is_required() else field.get_default()
        default = own if given is None else getattr(given, name)
        inner = sub_section(field)
        if inner is None:
            yield Setting(before + name, field, default, words, section)
        elif default is None:
            yield from _settings(inner, f"{before}{name}.", "", before + name, None)
        else:
            known = inner.model_validate(default) if isinstance(default, dict) else default
            yield from _settings(inner, f"{before}{name}.", words, section, known)


def _all() -> Mapping[str, Setting]:
    found = {setting.key: setting for setting in _settings(ShimSettings, "", "", None, ShimSettings())}
    return MappingProxyType(found)


SETTINGS: Final = _all()
"""By key, in the order of the model."""

SECTIONS: Final = frozenset(
    ".".join(key.split(".")[:depth]) for key in SETTINGS for depth in range(1, key.count(".") + 1)
)
"""Paths of all tables."""
