"""One requirement, in the form that pip takes: https://packaging.python.org/en/latest/specifications/dependency-specifiers/"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?"
_EXTRAS: Final = r"(?:\[[A-Za-z0-9._,\s-]{0,200}\])?"
_VERSION: Final = r"(?:===?|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_-]{1,50}"
_VERSIONS: Final = rf"(?:\(?\s*{_VERSION}(?:\s*,\s*{_VERSION}){{0,9}}\s*,?\s*\)?)?"
_MARKER: Final = r"(?:;[^\n;]{0,300})?"
_ADDRESS: Final = re.compile(rf"(?:{_NAME}\s*{_EXTRAS}\s*@\s*)?(?:(?:git|hg|svn|bzr)\+)?https?://\S+", re.ASCII)
_REQUIREMENT: Final = re.compile(rf"({_NAME})\s*{_EXTRAS}\s*{_VERSIONS}\s*{_MARKER}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Declared:
    """What one file says, with those that it includes. files: relative to the application.

    lines: requirements by name and version. build: those by address, whose own code may run when they are
    installed. left_out: what is neither, such as options, folders of the application and its constraints.
    """

    files: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def on_one_line(text: str) -> str:
    """With single blanks: patterns take long for many, and what follows the end of a line may be an option of pip."""
    return " ".join(text.split())


def is_requirement(text: str) -> bool:
    """Whether it is a name, with versions at most: neither an option of pip nor an address."""
    return text == on_one_line(text) and _REQUIREMENT.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Whether it comes from an address of the web, so that code of its own may run when it is installed."""
    return text == on_one_line(text) and _ADDRESS.fullmatch(text) is not None


def name_of(requirement: str) -> str:
    """Normalized: https://packaging.python.org/en/latest/specifications/name-normalization/"""
    found = re.match(_NAME, requirement, re.ASCII)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""
