"""Which back end of the shim serves what is not migrated, or not yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import Field

from migrator.inventory.model import Api, Inventory, Server
from migrator.inventory.record import Record

BackEnd = Literal["python", "lambda", "websocket"]

SOCKET_IO: Final = (
    "Socket.IO speaks a protocol of its own over WebSocket (handshake, namespaces, acknowledgements); the bridge "
    'carries its packets unread, so clients stay Socket.IO clients (with transports: ["websocket"]), and only a '
    "server that sends plain messages gives SSE clients something that they understand"
)
GRAPHQL: Final = (
    "GraphQL over WebSocket is a protocol of its own; GraphQL servers offer subscriptions over SSE themselves"
)
SOCKJS: Final = "SockJS frames its messages; connect the bridge to its raw address, /websocket"
_NOTES: Final = {"socket.io": SOCKET_IO, "graphql": GRAPHQL, "sockjs": SOCKJS, "websocket": ""}


class Bridge(Record):
    """One thing that goes on as it is, and how SSE + POST clients reach it meanwhile."""

    serves: str = Field(description="'API <name>', or 'server <path>:<line>:<column>'")
    back_end: BackEnd
    command: str = Field(description="the call of the shim, with capitals for what a person knows")
    note: str = Field(default="", description="what the bridge can't do; empty when there is nothing to say")

    @property
    def sentence(self) -> str:
        return f"meanwhile `{self.command}` serves SSE and WebSocket clients"


def bridges(inventory: Inventory) -> tuple[Bridge, ...]:
    """For each API, then for each server."""
    of_apis = (bridge_of_api(inventory, api) for api in inventory.apis)
    return (*of_apis, *map(bridge_of_server, inventory.servers))


def bridge_of_api(inventory: Inventory, api: Api) -> Bridge:
    """Handlers in Python run inside of the shim; others stay at Lambda, and are invoked there. Code that was not found
    stays behind the API Gateway that it has."""
    named = f"API {api.name}"
    handlers = list(_handlers(inventory, api))
    if any(problem for _, problem in handlers) or not handlers:
        return Bridge(
            serves=named,
            back_end="websocket",
            command=f"ws2sse shim --upstream wss://API_ID.execute-api.{inventory.region}.amazonaws.com/{api.stage}",
            note="the API stays as it is behind it",
        )
    if any(language != "python" for language, _ in handlers):
        return Bridge(
            serves=named,
            back_end="lambda",
            command="ws2sse shim APP --backend lambda",
            note="the functions stay at Lambda, and push to the shim's own @connections: give them its address",
        )
    return Bridge(serves=named, back_end="python", command="ws2sse shim APP")


def bridge_of_server(server: Server) -> Bridge:
    return Bridge(
        serves=f"server {server.location}",
        back_end="websocket",
        command="ws2sse shim --upstream ws://HOST:PORT/PATH",
        note=_NOTES[server.protocol],
    )


def _handlers(inventory: Inventory, api: Api) -> Iterator[tuple[str, str | None]]:
    """(language, problem) of each route's function."""
    for route in api.routes:
        handler = next((handler for handler in inventory.handlers if handler.id == route.handler), None)
        yield (handler.language, handler.problem) if handler is not None else ("", "not found")
