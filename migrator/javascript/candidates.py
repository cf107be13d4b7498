"""Names of a script that may open a WebSocket, by its words alone: the rest needs no look at what it means."""

from __future__ import annotations

import re
from typing import Final

from migrator.javascript.libraries import GLOBALS, PACKAGES, SOCKET_IO

_FROM: Final = re.compile(r"\bimport\s+([^;'\"]+?)\s+from\s*['\"]([^'\"]+)['\"]")
_GIVEN: Final = re.compile(r"([\w$]+|\{[^{}=]*\})\s*=\s*([^=;\n][^;\n]*)")
_PACKAGE: Final = re.compile(r"\b(?:require|import)\(\s*['\"]([^'\"]+)['\"]")
_WORD: Final = re.compile(r"[\w$]+")
_HEAD: Final = re.compile(r"^[(\s]*([\w$]+)")
_ALWAYS: Final = frozenset({"WebSocket", *(name.partition(".")[0] for name in GLOBALS)})
_ROUNDS: Final = 3
"""Aliases of aliases that are followed."""


def candidates(text: str) -> frozenset[str]:
    """The browser's class and what script tags bring, names imported from packages of sockets, and their aliases."""
    found = set(_ALWAYS)
    for clause, package in _FROM.findall(text):
        if package in PACKAGES or package in SOCKET_IO:
            found.update(_WORD.findall(clause))
    given = [(target, value) for target, value in _GIVEN.findall(text) if _may_be(value)]
    for _round in range(_ROUNDS):
        for target, value in given:
            package_named = _PACKAGE.search(value)
            known = package_named is not None and (package_named[1] in PACKAGES or package_named[1] in SOCKET_IO)
            if known or not found.isdisjoint(_WORD.findall(value)) or "WebSocket" in target:
                found.update(_WORD.findall(target))
    return frozenset(found)


def may_open(callee: str, names: frozenset[str]) -> bool:
    """Whether a called expression speaks of one of the names."""
    head = _HEAD.match(callee)
    return "WebSocket" in callee or "require(" in callee or (head is not None and head[1] in names)


def _may_be(value: str) -> bool:
    """An alias, and not a value that is computed of something with the name."""
    return bool(re.match(r"(?:await\s+)?[\w$.]+(?:\s*(?:\|\||\?\?)\s*[\w$.]+)*\s*$|.*\b(?:require|import)\(", value))
