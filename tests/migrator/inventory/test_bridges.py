"""Which bridge serves what stays."""

from __future__ import annotations

from migrator.inventory.bridges import bridges
from migrator.inventory.model import Api, Handler, Inventory, Route, Server
from migrator.inventory.record import Location

HERE = Location(path="app.yml")


def inventory(*handlers: Handler, servers: tuple[Server, ...] = ()) -> Inventory:
    routes = tuple(Route(key=f"r{n}", handler=handler.id, location=HERE) for n, handler in enumerate(handlers))
    api = Api(id="A", name="board", stage="live", routes=routes, location=HERE)
    return Inventory(
        application="x", apis=(api,) if handlers else (), handlers=handlers, servers=servers, region="eu-west-1"
    )


def handler(path: str, language: str, problem: str | None = None) -> Handler:
    return Handler.model_validate(
        {"id": f"{path}:f", "path": path, "module": "m", "function": "f", "language": language, "problem": problem}
    )


def test_nothing_needs_no_bridge() -> None:
    assert bridges(inventory()) == ()


def test_python_handlers_run_in_the_shim() -> None:
    (bridge,) = bridges(inventory(handler("a.py", "python"), handler("b.py", "python")))

    assert (bridge.serves, bridge.back_end, bridge.command) == ("API board", "python", "ws2sse shim APP")


def test_one_handler_in_another_language_leaves_all_at_lambda() -> None:
    (bridge,) = bridges(inventory(handler("a.py", "python"), handler("b.ts", "typescript")))

    assert (bridge.back_end, bridge.command) == ("lambda", "ws2sse shim APP --backend lambda")
    assert "@connections" in bridge.note


def test_code_that_was_not_found_stays_behind_its_api_gateway() -> None:
    (bridge,) = bridges(inventory(handler("a.py", "python", "there is no file a.py")))

    assert bridge.back_end == "websocket"
    assert bridge.command == "ws2sse shim --upstream wss://API_ID.execute-api.eu-west-1.amazonaws.com/live"


def test_servers_are_bridged_and_socket_io_keeps_its_clients() -> None:
    plain = Server(location=Location(path="a.js", line=3), language="javascript", library="ws")
    io = Server(location=Location(path="b.js"), language="javascript", library="socket.io", protocol="socket.io")

    one, two = bridges(inventory(servers=(plain, io)))

    assert (one.serves, one.command, one.note) == ("server a.js:3:1", "ws2sse shim --upstream ws://HOST:PORT/PATH", "")
    assert "protocol of its own" in two.note
    assert 'transports: ["websocket"]' in two.note
