"""Two servers that take themselves for the one, and a name that leads to one of them."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis

from tests.redis_server import RedisServer


class Two:
    """The name that nodes have is that of one server at a time; who is connected stays where it is."""

    def __init__(self, folder: Path) -> None:
        self.servers = [RedisServer(), RedisServer()]
        self._name = folder / "s"
        self.lead_to(0)
        self.url = f"unix://{self._name}"

    def lead_to(self, place: int) -> None:
        self._name.unlink(missing_ok=True)
        self._name.symlink_to(self.servers[place].url.removeprefix("unix://"))

    async def replicate(self, prefix: str) -> None:
        """The second has what the first has by now, and gets no more."""
        source, target = (Redis.from_url(server.url) for server in self.servers)
        for key in [key async for key in source.scan_iter(f"*{prefix}*")]:
            await target.restore(key, 0, await source.dump(key), replace=True)
        await source.aclose()
        await target.aclose()

    async def drop_connections(self, place: int) -> None:
        client = Redis.from_url(self.servers[place].url)
        for kind in ("pubsub", "normal"):
            await client.client_kill_filter(_type=kind, skipme=True)
        await client.aclose()
