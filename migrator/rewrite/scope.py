"""What a migration is asked to do: which routes may become native, and which rules may be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from migrator.errors import WsSseError, meant
from migrator.inventory.model import Api


class UnknownRoute(WsSseError):
    """Raised for a route key that the API doesn't have."""

    def __init__(self, key: str, known: tuple[str, ...]) -> None:
        self.key, self.known = key, known
        super().__init__(key, known)

    def __str__(self) -> str:
        return f"There is no route {self.key}. {meant(self.key, self.known)}"


@dataclass(frozen=True)
class Scope:
    """Everything, unless something is said."""

    routes: frozenset[str] | None = None
    """Keys of the routes that may become native; None for all. The others are served at the level 'transport'."""
    without: frozenset[str] = frozenset()
    """Names of rules that are not used."""

    def why_not(self, name: str) -> str | None:
        """The reason for which the rule is not used; None when it is."""
        return f"the rule {name} was left out" if name in self.without else None

    def why_not_native(self, key: str) -> str | None:
        if self.routes is not None and key not in self.routes:
            return "it was not asked for"
        return self.why_not("native_endpoint")

    def check(self, api: Api) -> None:
        """Raises UnknownRoute."""
        known = tuple(route.key for route in api.routes)
        for key in sorted((self.routes or frozenset()) - set(known)):
            raise UnknownRoute(key, known)


EVERYTHING: Final = Scope()
