"""All rules, found by walking the packages that hold them."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

import migrator.rewrite
import migrator.rewrite.client
from migrator.errors import WsSseError, meant
from migrator.rewrite.rule import RulePage


class UnknownRule(WsSseError):
    """Raised for a name that no rule has."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(name, known)

    def __str__(self) -> str:
        return f"There is no rule {self.name}. {meant(self.name, self.known)}"


@cache
def all_rules() -> dict[str, RulePage]:
    """By name, sorted. Raises ValueError when two rules share a name."""
    found: dict[str, RulePage] = {}
    for module in _modules(migrator.rewrite):
        for page in _pages(module):
            if found.setdefault(page.name, page) is not page:
                raise ValueError(f"two rules are called {page.name}; the second is in {module.__name__}")
    return dict(sorted(found.items()))


@cache
def client_rules() -> frozenset[str]:
    """Names of the rules for clients."""
    return frozenset(page.name for module in _modules(migrator.rewrite.client) for page in _pages(module))


def rule(name: str) -> RulePage:
    """Raises UnknownRule."""
    rules = all_rules()
    if name not in rules:
        raise UnknownRule(name, tuple(rules))
    return rules[name]


def _pages(module: ModuleType) -> Iterator[RulePage]:
    for value in vars(module).values():
        if isinstance(value, RulePage):
            yield value


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(found.name)
