"""Why no kit is written.

WsSseError
├── MigratedBefore(app, lacking)
├── OfOneProcess(what)
├── SettingOfNodes(key, variable)
└── UnknownKit(name)
"""

from __future__ import annotations

from pathlib import Path

from migrator.errors import WsSseError, meant


class MigratedBefore(WsSseError):
    """Raised for an application that an earlier version of `ws2sse migrate` wrote. `lacking`: addresses and variables
    that kits need."""

    def __init__(self, app: Path, lacking: tuple[str, ...]) -> None:
        self.app, self.lacking = app, lacking
        super().__init__(app, lacking)

    def __str__(self) -> str:
        return (
            f"{self.app} was migrated by an earlier version: its sse_service has no {' and no '.join(self.lacking)}, "
            "which kits need. Migrate the original again, with ws2sse migrate ORIGINAL --out NEW, take over what you "
            "have changed since, and deploy NEW."
        )


class OfOneProcess(WsSseError):
    """Raised for a service that several processes can't serve."""

    def __init__(self, what: tuple[str, ...]) -> None:
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        return f"The settings ask for {', '.join(self.what)}, for one process alone, and kits start several."


class SettingOfNodes(WsSseError):
    """Raised for a setting that a kit, or whoever starts a node, gives each node. `variable`: by which; empty for one
    that is the same in every kit."""

    def __init__(self, key: str, variable: str = "") -> None:
        self.key, self.variable = key, variable
        super().__init__(key, variable)

    def __str__(self) -> str:
        if self.variable:
            return f"--set {self.key}: no file of a kit has it; each node gets it as {self.variable}."
        return f"--set {self.key}: it is the same in every kit, since a container is one node."


class UnknownKit(WsSseError):
    """Raised for a name that no kit has."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name, self.known = name, known
        super().__init__(name, known)

    def __str__(self) -> str:
        return f"There is no kit {self.name}. {meant(self.name, self.known)}"
