"""What can be wrong with what a capacity is reckoned from.

ChecklistError
├── ConstantsInvalid(path, problem)
├── DemandInvalid(field, problem)
├── NothingSurveyed(path, apis)
├── ShapeUnknown(vcpu, memory_gb, known)
└── CapacityUnreachable(what, most, of, bound_by)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from checklists.errors import ChecklistError

OPTIONS: Final[Mapping[str, str]] = {
    "connections": "--connections",
    "pushes_s": "--pushes, a second,",
    "fan_out": "--fan-out",
    "message_bytes": "--message-size, in bytes,",
    "received_s": "--received, a second,",
    "life_minutes": "--life, in minutes,",
    "average": "--average, as a share,",
}
"""Field of a demand -> the option that says it, and its unit."""


class ConstantsInvalid(ChecklistError):
    """Raised for a file of measured constants that can't be used."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return (
            f"{self.path} holds no constants that can be used: {self.problem}. "
            "python -m bench.cluster.constants measures them."
        )


class DemandInvalid(ChecklistError):
    """Raised for a load that can't be meant. `field`: of the demand; empty where several don't go together."""

    def __init__(self, field: str, problem: str) -> None:
        self.field, self.problem = field, problem
        super().__init__(field, problem)

    def __str__(self) -> str:
        words = f"{OPTIONS.get(self.field, self.field)} {self.problem}".strip()
        return f"That load can't be reckoned with: {words}."


class NothingSurveyed(ChecklistError):
    """Raised for a survey without a load: no WebSocket API, or none of which anything was counted."""

    def __init__(self, path: Path, apis: int) -> None:
        self.path, self.apis = path, apis
        super().__init__(path, apis)

    def __str__(self) -> str:
        what = f"counted no connects of its {self.apis} WebSocket APIs" if self.apis else "has no WebSocket API"
        return f"{self.path} {what}: say the load with --connections and --pushes."


class ShapeUnknown(ChecklistError):
    """Raised for a size that no Fargate task with one process has."""

    def __init__(self, vcpu: float, memory_gb: float, known: Mapping[float, Sequence[float]]) -> None:
        self.vcpu, self.memory_gb, self.known = vcpu, memory_gb, known
        super().__init__(vcpu, memory_gb, known)

    def __str__(self) -> str:
        asked = f"Fargate has no task of {self.vcpu:g} vCPU and {self.memory_gb:g} GB"
        if self.vcpu in self.known:
            return f"{asked}: with {self.vcpu:g} vCPU --memory is {_either(self.known[self.vcpu])}."
        return f"{asked} for one process: --vcpu is {_either(list(self.known))}."


def _either(numbers: Sequence[float]) -> str:
    *others, last = [f"{one:g}" for one in numbers]
    return f"{', '.join(others)} or {last}" if others else last


class CapacityUnreachable(ChecklistError):
    """Raised when no number of nodes, or of shards, carries a load."""

    def __init__(self, what: str, most: int, of: str, bound_by: str) -> None:
        self.what, self.most, self.of, self.bound_by = what, most, of, bound_by
        super().__init__(what, most, of, bound_by)

    def __str__(self) -> str:
        why = {
            "vCPU": "each node hears every broadcast and has nothing left for the rest, or the load is that large",
            "memory": "their memory is too small",
            "broadcasts": "every broadcast is written to one shard and given to each node, whatever their number",
        }.get(self.bound_by, "the load is that large")
        return f"{self.most:,} {self.what} ({self.of} each) don't carry this load: {why}."
