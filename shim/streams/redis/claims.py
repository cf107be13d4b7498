"""What is claimed, as steps. Nothing here talks to Redis."""

from __future__ import annotations

from shim.streams.claims import Claimed, ClaimState
from shim.streams.errors import ConnectionGone
from shim.streams.redis import scripts_of_claims as claiming
from shim.streams.redis.steps import Step, text


def claim(connection_id: str, key: str, what: str, node: str, most: int) -> Step[Claimed]:
    def read(answer: list[bytes] | None) -> Claimed:
        if answer is None:
            raise ConnectionGone(connection_id)
        return Claimed(text(answer[1]), ClaimState(text(answer[0])))

    return Step(claiming.CLAIM, (connection_id,), (key, what, node, most), read)


def end_claim(connection_id: str, key: str, what: str, ended: str) -> Step[int]:
    return Step(claiming.END_CLAIM, (connection_id,), (key, what, ended), int)


def give_back_claim(connection_id: str, key: str, what: str, most: int) -> Step[int]:
    return Step(claiming.GIVE_BACK_CLAIM, (connection_id,), (key, what, most), int)
