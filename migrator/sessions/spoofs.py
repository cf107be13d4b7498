"""Steps in which somebody speaks for a client without its session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from shim.dualrun.record.scenario import Close, Connect, Send, Step
from shim.dualrun.record.spoof import Credential, Spoof

_AFTERWARDS: Final[Credential] = "ended"


def spoofs(connect: Connect, message: Send) -> Iterator[Step]:
    """`connect`: of a client that is connected; it closes and comes back. `message`: one that its route takes."""
    client = connect.client
    for credential in get_args(Credential):
        if credential != _AFTERWARDS:
            yield Spoof(client, credential, message.text, message.route)
    yield Close(client)
    yield connect
    yield Spoof(client, _AFTERWARDS, message.text, message.route)
