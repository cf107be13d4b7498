"""Where a cut-over stands: all that can be changed while the shim runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from shim.dualrun.cutover.options import CutoverOptions
from shim.dualrun.cutover.stages import MEANINGS, STAGES, Place, Stage
from shim.dualrun.cutover.users import LONGEST_USER, in_share

MOST_NAMES: Final = 1_000
"""Of each list."""


class PositionInvalid(ValueError):
    """Raised for a position that can't be. `field`: which part of it."""

    def __init__(self, field: str, problem: str) -> None:
        self.field, self.problem = field, problem
        super().__init__(field, problem)

    def __str__(self) -> str:
        return f"{self.field} {self.problem}"


@dataclass(frozen=True, slots=True)
class Position:
    """share_percent: 0 to 100. frozen: nothing changes by itself, and nobody changes anything without force."""

    stage: Stage
    share_percent: float = 0.0
    users: tuple[str, ...] = ()
    canaries: tuple[str, ...] = ()
    mutating_routes: tuple[str, ...] = ()
    frozen: bool = False

    @classmethod
    def of_options(cls, options: CutoverOptions) -> Position:
        return cls(options.stage, options.share_percent, options.users, options.canaries, options.mutating_routes)

    @classmethod
    def of_record(cls, record: object) -> Position:
        """Raises PositionInvalid."""
        if not isinstance(record, dict) or "stage" not in record:
            raise PositionInvalid("the position", "is no table with a stage")
        return cls(stage="legacy").changed(record)

    def changed(self, changes: Mapping[str, Any]) -> Position:
        """With other values of some fields, as JSON has them. Raises PositionInvalid."""
        known = {field.name for field in fields(self)}
        for name in changes:
            if name not in known:
                raise PositionInvalid(name, f"is no part of a position; there are {', '.join(sorted(known))}")
        return replace(self, **{name: _read(name, value) for name, value in changes.items()})

    def to_record(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def chooses(self, user: str | None, salt: bytes) -> bool:
        """Whether a user is one of those that go first."""
        return user in self.users or user in self.canaries or in_share(user, self.share_percent, salt)

    def serves(self, user: str | None, salt: bytes) -> Place:
        return MEANINGS[self.stage].serves(chosen=self.chooses(user, salt))

    def shadows(self, user: str | None, salt: bytes) -> bool:
        return MEANINGS[self.stage].shadows(chosen=self.chooses(user, salt))


def _read(name: str, value: object) -> Any:  # noqa: ANN401 - a field of a position
    match name:
        case "stage":
            if value not in STAGES:
                raise PositionInvalid(name, f"is {str(value)[:40]!r}; there are {', '.join(STAGES)}")
            return value
        case "share_percent":
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
                raise PositionInvalid(name, "must be a number from 0 to 100")
            return float(value)
        case "frozen":
            if not isinstance(value, bool):
                raise PositionInvalid(name, "must be true or false")
            return value
    if not isinstance(value, list | tuple) or not all(
        isinstance(one, str) and 0 < len(one) <= LONGEST_USER for one in value
    ):
        raise PositionInvalid(name, f"must be a list of texts of at most {LONGEST_USER} characters")
    if len(value) > MOST_NAMES:
        raise PositionInvalid(name, f"has {len(value)} names; at most {MOST_NAMES} are taken")
    return tuple(dict.fromkeys(value))
