"""What can be wrong with what a capacity is reckoned from.

ChecklistError
├── ConstantsInvalid(path, problem)
├── DemandInvalid(problem)
├── NothingSurveyed(path, apis)
└── CapacityUnreachable(what, most, of, bound_by)
"""

from __future__ import annotations

from pathlib import Path

from checklists.errors import ChecklistError


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
    """Raised for a load that can't be meant."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return f"That load can't be reckoned with: {self.problem}."


class NothingSurveyed(ChecklistError):
    """Raised for a survey without a load: no WebSocket API, or none of which anything was counted."""

    def __init__(self, path: Path, apis: int) -> None:
        self.path, self.apis = path, apis
        super().__init__(path, apis)

    def __str__(self) -> str:
        what = f"counted no connects of its {self.apis} WebSocket APIs" if self.apis else "has no WebSocket API"
        return f"{self.path} {what}: say the load with --connections and --pushes."


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
