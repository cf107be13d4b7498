"""Functions of an application that something other than the WebSocket API runs: where each side finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from shim.backends.function import PythonFunction

SourceKind = Literal["stream", "queue", "topic"]


@dataclass(frozen=True, slots=True)
class Source:
    """What runs a function by itself when something is put there. name: of the table, the queue or the topic."""

    kind: SourceKind
    name: str


@dataclass(frozen=True, slots=True)
class OutsideFunction:
    """Where it is, as in `PythonFunction`, but from the folder of the application on either side.

    name: as deployed, by which code invokes it; '' when nobody knows it. environment: variables of its own.
    """

    id: str
    root: str
    module: str
    function: str
    name: str = ""
    import_path: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()

    def in_folder(self, folder: Path, environment: Mapping[str, str]) -> PythonFunction:
        """`environment`: more variables, which win."""
        # The folder comes last: a migrated function imports the package beside it that was written for it.
        also = (*(str(folder / one) for one in self.import_path), str(folder))
        return PythonFunction(
            folder / self.root,
            self.module,
            self.function,
            name=self.name or None,
            environment={**self.environment, **environment},
            import_path=also,
        )

    def to_record(self) -> dict[str, Any]:
        """JSON, which `outside_function` reads."""
        return {**asdict(self), "environment": dict(self.environment)}


def outside_function(record: Mapping[str, Any]) -> OutsideFunction:
    sources = tuple(Source(**source) for source in record["sources"])
    return OutsideFunction(**{**record, "sources": sources, "import_path": tuple(record["import_path"])})
