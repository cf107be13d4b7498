"""A Python function as it would be deployed: where its code is, and what it runs with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

INTEGRATION_TIMEOUT_S = 29.0
"""API Gateway waits this long for an integration, and no longer."""


@dataclass(frozen=True, slots=True)
class PythonFunction:
    """Where a handler is: its code root, and module and function as seen from there.

    import_path: folders besides the root from which its code imports, such as layers.
    name: as deployed; None takes the name of the Python function.
    environment: variables of its own; they win over those of the shim's process. Only honoured in a process of its own.
    working_directory: None is the code root in a process of its own, and wherever the shim runs otherwise.
    timeout_s: after it the call fails as at Lambda; None leaves it to API Gateway's limit.
    """

    root: Path
    module: str
    function: str
    name: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    working_directory: Path | None = None
    memory_mb: int = 1024
    timeout_s: float | None = None
    import_path: tuple[str, ...] = ()

    @property
    def deployed_name(self) -> str:
        return self.name or self.function
