"""From what somebody asks for to the scope of a migration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from migrator.errors import WsSseError
from migrator.rewrite.rules import client_rules, rule
from migrator.rewrite.scope import Scope

LEAVABLE: Final = frozenset({"connection_table", "native_endpoint", "stream_send"})
"""Rules for Python without which the application still works, one level lower. All rules for clients are, too."""


class RuleNeeded(WsSseError):
    """Raised for a rule that can't be left out."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)

    def __str__(self) -> str:
        return f"The rule {self.name} can't be left out: what the others write rests on it."


def scope(routes: Iterable[str] = (), select: Iterable[str] = (), ignore: Iterable[str] = ()) -> Scope:
    """`routes`: empty for all. `select`: of the rules that can be left out only these; empty for all. `ignore`: not
    these. Raises UnknownRule, or RuleNeeded for one that can't be left out."""
    leavable = LEAVABLE | client_rules()
    selected, ignored = {rule(name).name for name in select}, {rule(name).name for name in ignore}
    for name in sorted(ignored - leavable):
        raise RuleNeeded(name)
    unselected = leavable - selected if selected else frozenset()
    return Scope(frozenset(routes) or None, frozenset(ignored | unselected))
