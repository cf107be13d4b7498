"""Constants as plain numbers, at one end of what was measured or in its middle."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from checklists.capacity.constants import Act, Acts, Constants

Level = Literal["least", "median", "most"]
LEVELS: Final[tuple[Level, ...]] = ("least", "median", "most")


class Cost(NamedTuple):
    """Of one act, or of all in a second."""

    node_cpu_s: float = 0.0
    redis_cpu_s: float = 0.0
    redis_operations: float = 0.0
    redis_in_bytes: float = 0.0
    redis_out_bytes: float = 0.0

    def times(self, count: float) -> Cost:
        return Cost(*(one * count for one in self))

    def plus(self, *others: Cost) -> Cost:
        return Cost(*map(sum, zip(self, *others, strict=True)))


class Flat:
    """`constants` at `level`."""

    def __init__(self, constants: Constants, level: Level = "median") -> None:
        self.constants, self.level = constants, level
        self._acts = {
            name: Cost(**{field: getattr(getattr(act, field), level) for field in Act.model_fields})
            for name, act in ((name, getattr(constants.acts, name)) for name in Acts.model_fields)
        }

    def act(self, name: str) -> Cost:
        """One of Acts."""
        return self._acts[name]

    def bytes(self, name: str) -> float:
        """One of the sizes of Constants."""
        return float(getattr(getattr(self.constants, name), self.level))
