"""What has ended, or may have, in one partition."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from shim.streams.redis.steps import text


class Due(NamedTuple):
    """`lapsed`: this node's own lease had ended. `untold`: how many ends are to be told. `open`, `pending`: how many
    connections there are. `dead`: a node whose lease is over, empty for none; `lease_end`: since when, in milliseconds;
    `left_behind`: connections that it had. `over`: those whose window is over. `left_pending`: those whose `$connect`
    never ended."""

    lapsed: bool
    untold: int
    open: int
    pending: int
    dead: str
    lease_end: int
    left_behind: tuple[str, ...]
    over: tuple[str, ...]
    left_pending: tuple[str, ...]

    @classmethod
    def read(cls, answer: list[Any]) -> Self:
        """Of the script `due`."""
        lapsed, untold, open_now, pending_now, dead, lease_end, *some = answer
        left_behind, over, left_pending = (tuple(text(one) for one in ids) for ids in some)
        return cls(
            bool(lapsed),
            untold,
            open_now,
            pending_now,
            text(dead),
            int(float(lease_end)),
            left_behind,
            over,
            left_pending,
        )
