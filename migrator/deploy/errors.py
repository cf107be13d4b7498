"""Why no kit is written.

WsSseError
├── OfOneProcess(what)
└── UnknownKit(name)
"""

from __future__ import annotations

from migrator.errors import WsSseError, meant


class OfOneProcess(WsSseError):
    """Raised for a service that several processes can't serve."""

    def __init__(self, what: tuple[str, ...]) -> None:
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        return f"The settings ask for {', '.join(self.what)}, for one process alone, and kits start several."


class UnknownKit(WsSseError):
    """Raised for a name that no kit has."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(name, known)

    def __str__(self) -> str:
        return f"There is no kit {self.name}. {meant(self.name, self.known)}"
