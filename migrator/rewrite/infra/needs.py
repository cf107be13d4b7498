"""What the new service needs of what surrounds the functions that it takes over, in any infrastructure language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SECRET = re.compile(r"secret|token|password|passwd|key|credential", re.IGNORECASE)


@dataclass(frozen=True)
class Variable:
    name: str
    value: str | None
    """An expression in the language of the file; None for the address of the service itself, where the variable has
    held the address of the API."""
    literal: bool = False

    @property
    def secret(self) -> bool:
        """Whether its name says that nobody should read it."""
        return _SECRET.search(self.name) is not None


@dataclass(frozen=True)
class Target:
    """One resource of a permission. `form`: an ARN with `${it}` where the value stands; None when the value is one."""

    value: str
    form: str | None = None
    literal: bool = False
    hint: str = ""
    """A name for it, in camel case."""


@dataclass(frozen=True)
class Permission:
    actions: tuple[str, ...]
    targets: tuple[Target, ...]
    effect: str = "Allow"


@dataclass
class Needs:
    variables: list[Variable] = field(default_factory=list)
    permissions: list[Permission] = field(default_factory=list)
    managed_policies: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Sentences for a person: what could not be taken over."""
    may_deny: bool = False
    """Whether a statement that was not taken over may forbid what others allow."""

    def settle(self) -> None:
        """Nothing is allowed when what would forbid some of it was left out."""
        if self.may_deny:
            self.permissions.clear()
            self.managed_policies.clear()
            self.notes.append(
                "no permission was taken over, since a statement that was not may forbid some: give the service's role "
                "what the functions may do"
            )

    def allow(self, permission: Permission) -> None:
        """Adds it, unless it is there or is about logs and connections alone, which the service has no use for."""
        actions = tuple(a for a in permission.actions if not a.lower().startswith(("logs:", "execute-api:")))
        if actions and permission.targets:
            kept = Permission(actions, permission.targets, permission.effect)
            if kept not in self.permissions:
                self.permissions.append(kept)
