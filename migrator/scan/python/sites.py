"""Call sites: which expression of a caller becomes which parameter."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from migrator.scan.python.model import Function, Scope


@dataclass(frozen=True, eq=False)
class CallSite:
    """A call of a function of the application."""

    call: ast.Call
    scope: Scope
    skipped: int = 0
    """Leading arguments of the call that belong to something else, such as the function given to a thread pool."""
    on_class: bool = False
    """True for Class.method(object, ...), where the object is an argument too."""
    labels: frozenset[str] = frozenset()
    """Keys of the table of functions through which the call goes; empty for a plain call."""
    arguments: tuple[ast.expr, ...] | None = None
    """What is passed, when it isn't the call's own arguments (a decorator gets its function)."""

    @property
    def caller(self) -> Function | None:
        return self.scope.function

    def argument(self, function: Function, name: str) -> tuple[ast.expr | None, bool]:
        """The expression for a parameter, or None; False when the call spreads arguments, so that it isn't certain."""
        keywords = [] if self.arguments is not None else self.call.keywords
        for keyword in keywords:
            if keyword.arg == name:
                return keyword.value, True
        given = list(self.arguments) if self.arguments is not None else self.call.args[self.skipped :]
        names = function.positional[1:] if function.bound and not self.on_class else function.positional
        certain = all(keyword.arg is not None for keyword in keywords)
        for position, argument in enumerate(given):
            if isinstance(argument, ast.Starred):
                return None, False
            if position < len(names) and names[position] == name:
                return argument, True
        return None, certain
