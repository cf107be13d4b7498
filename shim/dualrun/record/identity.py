"""Who a client of a session is, towards the authorizer."""

from __future__ import annotations

from dataclasses import dataclass

from shim.dualrun.record.scenario import Pairs


@dataclass(frozen=True, slots=True)
class Identity:
    """How a client presents itself at the handshake. refused: whether the authorizer must turn it away.

    clients: of a recording, those that it stands for; empty for the one of the same name.
    """

    name: str
    headers: Pairs = ()
    query: Pairs = ()
    refused: bool = False
    clients: tuple[str, ...] = ()
