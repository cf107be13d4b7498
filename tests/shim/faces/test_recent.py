"""What happened lately: bounded, whatever clients do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shim.faces.recent import FAILURES, HAPPENINGS, LATENCIES, MESSAGES, Recent, RouteFigures
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.observing import Connected, Disconnected, MessageHandled, Refused

API = ApiDefinition(name="x", routes={key: RouteDefinition(LambdaProxy("f")) for key in ("$connect", "send")})


def recent() -> Recent:
    return Recent(API, clock=lambda: 100.0)


def test_all_of_it_is_bounded() -> None:
    seen = recent()
    for number in range(MESSAGES + 100):
        seen(MessageHandled("id", "m", f"made-up-{number}", "forbidden", 0.0, 1))
        seen(MessageHandled("id", "m", "send", "handled", 0.1, 1))
        seen(Refused(f"id-{number}", "sse", "192.0.2.7", 403, "Forbidden"))
        seen(Connected(f"id-{number}", "sse", "192.0.2.7", 0.1))
        seen(Disconnected(f"id-{number}", 1000, "", False))
    assert len(seen.happenings) == HAPPENINGS
    assert len(seen.failures) == FAILURES
    assert len(seen._messages) == MESSAGES
    assert set(seen.routes) == {"$connect", "send", "$none"}
    assert len(seen.routes["send"].latencies_s) == LATENCIES
    assert seen.connections == {}


def test_figures_of_connections_and_routes() -> None:
    seen = recent()
    seen(Connected("a", "sse", "192.0.2.7", 0.02))
    seen(MessageHandled("a", "m", "send", "handled", 0.5, 10))
    seen(MessageHandled("a", "m", "send", "integration_error", 1.5, 10))
    seen(MessageHandled("a", "m", None, "forbidden", 0.0, 10))
    seen(MessageHandled("unknown", "m", "send", "throttled", 0.0, 10))
    seen(Refused("b", "websocket", "192.0.2.8", 401, "Unauthorized"))
    assert (seen.connections["a"].messages, seen.connections["a"].failures) == (3, 2)
    assert (seen.routes["send"].calls, seen.routes["send"].failures) == (3, 2)
    assert seen.routes["send"].quantiles_s(0.5, 0.95) == [0.5, 1.5]
    assert (seen.routes["$none"].calls, seen.routes["$none"].quantiles_s(0.5)) == (1, [None])
    assert (seen.routes["$connect"].calls, seen.routes["$connect"].failures) == (2, 1)
    assert [noted.number for noted in seen.failures] == [3, 4, 5, 6]
    assert [noted.number for noted in seen.messages_of("a", 2)] == [4, 3]


@given(st.lists(st.floats(0, 30), min_size=1, max_size=50), st.floats(0.01, 1))
def test_a_quantile_is_a_latency_that_no_larger_share_exceeds(latencies: list[float], share: float) -> None:
    figures = RouteFigures()
    for latency in latencies:
        figures.add(0, failed=False, latency_s=latency)
    (quantile,) = figures.quantiles_s(share)
    assert quantile in latencies
    assert sum(latency <= quantile for latency in latencies) >= share * len(latencies) - 1e-9
    assert sum(latency < quantile for latency in latencies) < share * len(latencies) + 1e-9
