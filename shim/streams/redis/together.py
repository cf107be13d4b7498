"""What the nodes of a service count together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

from shim.streams.redis import scripts_of_limits as limiting
from shim.streams.redis.batches import Batches
from shim.streams.redis.keys import partition_of
from shim.streams.redis.steps import Step, text

T = TypeVar("T")


class Tokens(NamedTuple):
    """`more_in_s`: when there is another one."""

    taken: int
    more_in_s: float


class Together:
    """Each raises BrokerUnavailable. `partitions`: of the running loop.

    A name is of whatever is counted, and has a key of its own, in the partition that the name says.
    """

    def __init__(self, partitions: Callable[[], Awaitable[Sequence[Batches]]]) -> None:
        self._partitions = partitions

    async def take_tokens(self, name: str, rate_per_s: float, burst: int, most: int) -> Tokens:
        """Out of a bucket that all nodes share, by the server's time. `rate_per_s` is more than 0."""

        def read(answer: list[int]) -> Tokens:
            return Tokens(answer[0], answer[1] / 1000)

        return await self.run(Step(limiting.TAKE_TOKENS, (f"rate:{name}",), (repr(rate_per_s), burst, most), read))

    async def take_seat(self, name: str, connection_id: str, most: int) -> bool:
        """False when `most` connections have one. Connections that are gone lose theirs, if their node did not give it
        back."""
        seats = f"seats:{name}"
        after = 0
        while True:
            step: Step[tuple[int, list[bytes]]] = Step(
                limiting.TAKE_SEAT, (seats,), (most, connection_id, after), lambda answer: (answer[0], answer[1])
            )
            taken, others = await self.run(step)
            if taken or not others:
                return bool(taken)
            ids = [text(one) for one in others]
            gone = [one for one, connected in zip(ids, await self._are_connected(ids), strict=True) if not connected]
            if gone:
                await self.run(Step(limiting.LEAVE_SEATS, (seats,), tuple(gone), int))
            after += len(ids) - len(gone)

    async def leave_seat(self, name: str, connection_id: str) -> None:
        await self.run(Step(limiting.LEAVE_SEATS, (f"seats:{name}",), (connection_id,), int))

    async def _are_connected(self, ids: Sequence[str]) -> list[bool]:
        partitions = await self._partitions()
        places = [partition_of(one, len(partitions)) for one in ids]
        found: dict[str, bool] = {}
        for place in set(places):
            here = tuple(one for one, there in zip(ids, places, strict=True) if there == place)
            answers = await partitions[place].run(Step(limiting.ARE_CONNECTED, here, (), list))
            found.update(zip(here, map(bool, answers), strict=True))
        return [found[one] for one in ids]

    async def run(self, step: Step[T], *, beside: str = "") -> T:
        """In the partition of the first id, or of what it is kept `beside`."""
        partitions = await self._partitions()
        return await partitions[partition_of(beside or step.ids[0], len(partitions))].run(step)
