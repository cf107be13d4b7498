import importlib
import time

import pytest


@pytest.fixture
def connections(pushes, table):
    manager = importlib.import_module("tenant_chat.connections").ConnectionManager(table.name)
    manager.set_endpoint("abc123.execute-api.eu-central-1.amazonaws.com", "test")
    return manager


def test_an_unknown_connection_has_no_row(connections):
    assert connections.get("a") is None


def test_a_saved_connection_is_found_by_id_and_by_user(connections):
    connections.save("a1", "ana", "acme")
    connections.save("a2", "ana", "acme")
    connections.save("b", "ben", "acme")
    connections.save("a3", "ana", "other")

    assert connections.get("a1")["user_id"] == "ana"
    assert {row["connection_id"] for row in connections.connections_of_user("ana", "acme")} == {"a1", "a2"}


def test_a_row_that_nobody_removes_ends_after_two_hours(connections):
    connections.save("a", "ana", "acme")
    assert 7190 <= int(connections.get("a")["ttl"]) - time.time() <= 7200


def test_sending_is_activity(connections, pushes):
    connections.save("a", "ana", "acme")
    before = connections.get("a")

    assert connections.send_message("a", {"type": "pong"})

    after = connections.get("a")
    assert after["last_activity"] > before["last_activity"]
    assert after["connected_at"] == before["connected_at"]
    assert pushes.sent == [("a", {"type": "pong"})]


@pytest.mark.parametrize("known", [True, False])
def test_sending_to_a_connection_that_is_gone_leaves_no_row(connections, pushes, known):
    if known:
        connections.save("a", "ana", "acme")
    pushes.gone.add("a")

    assert not connections.send_message("a", {"type": "pong"})
    assert connections.get("a") is None


def test_a_broadcast_goes_on_past_a_connection_that_is_gone(connections, pushes):
    for connection_id in ("a", "b", "c", "d"):
        connections.save(connection_id, "ana", "acme")
    connections.save("x", "xiu", "other")
    pushes.gone.add("b")

    assert connections.broadcast_to_tenant("acme", {"n": 1}, exclude_connection="d") == 2
    assert {receiver for receiver, _ in pushes.sent} == {"a", "c"}
