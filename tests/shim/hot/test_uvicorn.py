"""The parts of uvicorn that the hot protocol stands on, which are not its public face."""

from __future__ import annotations

import inspect

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import Server


def test_the_protocol_has_what_the_hot_one_overrides() -> None:
    overridden = {
        "connection_lost",
        "data_received",
        "handle_websocket_upgrade",
        "on_headers_complete",
        "on_message_begin",
        "on_message_complete",
        "pause_writing",
        "resume_writing",
        "shutdown",
        "timeout_keep_alive_handler",
    }

    assert overridden <= set(vars(HttpToolsProtocol))


def test_the_protocol_has_what_the_hot_one_reads() -> None:
    source = inspect.getsource(HttpToolsProtocol.__init__)

    for attribute in (
        "cycle",
        "flow",
        "headers",
        "loop",
        "parser",
        "pipeline",
        "scope",
        "server_state",
        "timeout_keep_alive",
        "timeout_keep_alive_task",
        "transport",
    ):
        assert f"self.{attribute}" in source, attribute
    assert "self.response_complete" in inspect.getsource(RequestResponseCycle.__init__)


def test_a_lost_connection_asks_the_cycle_and_the_flow_only_when_there_are_any() -> None:
    source = inspect.getsource(HttpToolsProtocol.connection_lost)

    assert "if self.cycle and not self.cycle.response_complete" in source
    assert "if self.flow is not None" in source


def test_a_response_whose_cycle_is_complete_may_return_without_a_body() -> None:
    assert "elif not self.response_complete and not self.disconnected" in inspect.getsource(
        RequestResponseCycle.run_asgi
    )


def test_the_server_closes_its_sockets_before_it_waits() -> None:
    source = inspect.getsource(Server.shutdown)

    assert source.index("server.close()") < source.index("connection.shutdown()")
