"""What a typed rule says of two tokens, moments or ids, at the same place of two messages."""

from __future__ import annotations

from functools import lru_cache

from shim.dualrun.compare.bijection import Bijection
from shim.dualrun.compare.leaves import Leaf, TokenPair
from shim.dualrun.compare.moments import WINDOW_S, Moment, close_in_time, is_now, moment_of_number, moment_of_text
from shim.dualrun.compare.tokens import same_id_format
from shim.dualrun.record.canonical import Event

HERE = "in this session"


def objection(
    pair: TokenPair, left: Event, right: Event, ids: Bijection, *, where: str = HERE, window_s: float = WINDOW_S
) -> Leaf | None:
    """Why a typed rule can't explain a pair; None when it does. `where`: how far `ids` holds, in words."""
    a, b = str(pair.left), str(pair.right)
    if pair.kind == "timestamp":
        moments = _moments(pair)
        if moments and close_in_time(moments[0], left.at, moments[1], right.at, window_s):
            return None
        alike = moments and moments[0].form == moments[1].form
        return Leaf(pair.path, a, b, "is another time" if alike else "is a time written in another form")
    if not same_id_format(a, b):
        return Leaf(pair.path, a, b, "is an id of another format")
    if not ids.allows(a, b):
        return Leaf(pair.path, a, b, f"is used inconsistently: {ids.objection(a, b, where)}")
    return None


def both_now(pair: TokenPair, left: Event, right: Event) -> bool:
    """Whether both moments are those of their receipt."""
    moments = _moments(pair)
    return moments is not None and is_now(moments[0], left.at) and is_now(moments[1], right.at)


def _moments(pair: TokenPair) -> tuple[Moment, Moment] | None:
    a, b = _moment(pair.left), _moment(pair.right)
    return (a, b) if a and b else None


@lru_cache(maxsize=4096, typed=True)
def _moment(value: str | int | float) -> Moment | None:  # noqa: PYI041 - an int is written differently
    return moment_of_text(value) if isinstance(value, str) else moment_of_number(value)
