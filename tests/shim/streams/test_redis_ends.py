"""What one node leaves behind, another one ends, once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from shim.streams import BrokerUnavailable, Closed, ConnectionGone
from shim.streams.redis.membership import Membership
from shim.streams.redis.scripts_of_ends import BEGIN_TELLING
from shim.streams.redis.scripts_of_resuming import ATTACH
from shim.streams.redis.steps import Step
from tests.redis_server import RedisServer
from tests.shim.streams.promising import is_detached, last_id, opened, rest, take, until
from tests.shim.streams.redis_world import RedisWorld, at_last, dead, stop, told_by


async def test_a_close_on_one_node_ends_the_stream_of_another_after_its_last_message(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        await here.awaiting.broadcast("first")
        await here.awaiting.send(connection, "last")
        await here.awaiting.close(connection, 4001, "bye")

        assert await rest(stream) == ["first", "last"]
        assert (stream.closed, stream.close_code, stream.close_reason) == (True, 4001, "bye")


async def test_a_stream_that_is_being_attached_when_its_node_leaves_ends_like_the_others(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    attaching = asyncio.ensure_future(here.awaiting.subscribe(connection))
    await asyncio.sleep(0)  # it has asked
    here.leave()

    assert await rest(await attaching) == []
    await there.awaiting.send(connection, "kept")
    async with await there.awaiting.subscribe(connection) as stream:
        assert await take(stream, 1) == ["kept"]


async def test_a_node_that_hears_late_of_an_end_writes_nothing_that_was_sent_after_it(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await world.streams(), await world.streams()
    connection, _other = await opened(here), await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        with monkeypatch.context() as deaf:
            deaf.setattr(member._listening, "_heard", lambda _payload: None)
            await here.awaiting.broadcast("before")
            await here.awaiting.close(connection, 4001, "bye")
            await here.awaiting.broadcast("after")
            await member.node.check()

        assert await rest(stream) == ["before"]


async def test_an_end_that_a_node_finds_before_it_hears_of_others_again_is_told_when_it_does(world: RedisWorld) -> None:
    """As one that was cut off for longer than a window."""
    here, there = await world.streams(), await world.streams()
    connection, _other = await opened(here), await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        member.node.streams.hears(False)
        await here.awaiting.broadcast("before")
        await here.awaiting.close(connection, 4001, "bye")
        await member.node.check()
        assert stream._attachment.take() == []
        written = asyncio.create_task(rest(stream))
        await asyncio.sleep(0)
        member.node.streams.hears(True)
        await member.node.check()

        assert await written == ["before"]


async def test_what_came_before_an_end_and_was_asked_for_without_an_answer_is_asked_for_again(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        with monkeypatch.context() as changed:
            changed.setattr(member._listening, "_heard", lambda _payload: None)
            changed.setattr(member.node.streams, "post", lambda *_step: None)
            await here.awaiting.send(connection, "before")
            await here.awaiting.close(connection)
            await member.node.check()
        assert stream._attachment.take() == []
        await member.node.check()

        assert await rest(stream) == ["before"]


async def test_an_end_that_redis_no_longer_keeps_is_one(world: RedisWorld) -> None:
    """As when a client has not read for a minute since then."""
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        (member,) = await there.members()
        await here.awaiting.close(connection)
        await until(lambda: stream.closed)
        client = world.client()
        await client.delete(f"{world.tag}:{connection}:c", f"{world.tag}:{connection}:s")
        await client.aclose()
        await member.node.check()

        with pytest.raises(ConnectionGone):
            await here.awaiting.info(connection)
        assert await rest(stream) == []


async def test_the_connections_of_a_dead_node_may_be_resumed_within_the_window(world: RedisWorld) -> None:
    here, there = await world.streams(resume_window_s=60), await world.streams(resume_window_s=60)
    connection = await opened(here)
    stream = await here.awaiting.subscribe(connection)
    await here.awaiting.send(connection, "1")
    seen = await last_id(stream, 1)
    await here.awaiting.send(connection, "2")
    await dead(here)
    await world.live(world.options.lease_s + 50, there)
    assert await there.awaiting.expire() == 0

    async with await there.awaiting.subscribe(connection, seen) as again:
        assert await take(again, 1) == ["2"]


async def test_those_that_do_not_come_back_end_once_with_1006_whoever_looks(world: RedisWorld) -> None:
    nodes = [await world.streams(resume_window_s=60) for _ in range(4)]
    connections = [await opened(nodes[0], attributes={"n": n}) for n in range(20)]
    for connection in connections:
        await nodes[0].awaiting.subscribe(connection)
    await dead(nodes[0])
    await world.live(world.options.lease_s + 1, *nodes[1:])
    await nodes[1].awaiting.expire()
    told, running = await told_by(*nodes[1:])
    await world.live(61, *nodes[1:])
    await until(lambda: len(told) >= 20)
    await asyncio.sleep(0.2)
    await stop(running)

    assert sorted(closed.connection_id for closed in told) == sorted(connections)
    assert {closed.code for closed in told} == {1006}
    assert sorted(closed.attributes["n"] for closed in told) == list(range(20))
    assert await nodes[1].awaiting.find() == []


async def test_a_node_that_was_paused_past_its_lease_gives_up_what_moved_and_keeps_the_rest(world: RedisWorld) -> None:
    paused, other = await world.streams(resume_window_s=600), await world.streams(resume_window_s=600)
    moved, stayed = await opened(paused), await opened(paused)
    old, still = await paused.awaiting.subscribe(moved), await paused.awaiting.subscribe(stayed)
    await world.live(world.options.lease_s + 1, other)
    await other.awaiting.expire()
    async with await other.awaiting.subscribe(moved) as new:
        await other.awaiting.send(stayed, "while it slept")
        await paused.awaiting.expire()  # it wakes up
        (member,) = await paused.members()
        await member.node.check()
        await other.awaiting.send(moved, "to the new stream")

        assert await take(new, 1) == ["to the new stream"]
        assert await rest(old) == []
        assert old.superseded
        assert await take(still, 1) == ["while it slept"]
        await other.awaiting.send(stayed, "after it")
        assert await take(still, 1) == ["after it"]
        await world.live(601, paused, other)
        assert await other.awaiting.expire() + await paused.awaiting.expire() == 0


async def test_what_a_node_takes_back_that_dies_before_it_renews_its_lease_is_found_by_others(
    world: RedisWorld,
) -> None:
    paused, other = await world.streams(resume_window_s=60), await world.streams(resume_window_s=60)
    connection = await opened(paused)
    await paused.awaiting.subscribe(connection)
    await world.live(world.options.lease_s + 1, other)
    await other.awaiting.expire()
    (member,) = await paused.members()
    await member.node.check()
    assert not await is_detached(other, connection)
    await dead(paused)
    await other.awaiting.expire()
    await world.live(61, other)

    assert await other.awaiting.expire() == 1


async def test_an_end_that_a_dead_node_had_begun_to_tell_is_not_told_again_but_said(
    world: RedisWorld, caplog: pytest.LogCaptureFixture
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    hung = asyncio.Event()

    async def never(_closed: Closed) -> None:
        hung.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(here.run(never))
    await here.awaiting.close(connection)
    await hung.wait()
    running.cancel()
    world.pass_time(3600)
    told, other = await told_by(there)
    with caplog.at_level(logging.ERROR):
        await until(lambda: connection in caplog.text)
    await stop(other)

    assert told == []


async def test_a_node_that_leaves_ends_its_streams_and_not_its_connections(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    kept, websocket = await opened(here), await opened(here, resume_window_s=0)
    stream, socket = await here.awaiting.subscribe(kept), await here.awaiting.subscribe(websocket)
    told: list[Closed] = []

    async def on_disconnect(closed: Closed) -> None:
        told.append(closed)

    await here.shutdown(on_disconnect)

    assert await rest(stream) == []
    assert await rest(socket) == []
    assert [(closed.connection_id, closed.code) for closed in told] == [(websocket, 1001)]
    async with await there.awaiting.subscribe(kept) as again:
        await there.awaiting.send(kept, "x")
        assert await take(again, 1) == ["x"]


async def test_when_redis_was_away_for_longer_than_leases_and_windows_nobody_is_given_up(world: RedisWorld) -> None:
    here, there = await world.streams(resume_window_s=60), await world.streams(resume_window_s=60)
    node = await world.streams()
    await dead(node)
    kept, websocket, detached = await opened(there), await opened(there, resume_window_s=0), await opened(there)
    stream, socket = await there.awaiting.subscribe(kept), await there.awaiting.subscribe(websocket)
    await here.awaiting.info(detached)
    world.pass_time(600)  # while nobody could renew anything

    assert await here.awaiting.expire() == 0
    assert await there.awaiting.expire() == 0
    for connection in (kept, websocket, detached):
        await here.awaiting.send(connection, "still here")
    assert await take(stream, 1) == await take(socket, 1) == ["still here"]
    await world.live(world.options.lease_s + 1, here, there)
    assert await here.awaiting.expire() == 1  # its client had time to come back
    with pytest.raises(ConnectionGone):
        await here.awaiting.info(detached)


async def test_a_node_that_begins_when_redis_was_away_for_all_others_ends_nothing_of_them(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await world.streams()
    connection = await opened(here)
    async with await here.awaiting.subscribe(connection) as stream:
        (member,) = await here.members()
        world.pass_time(600)
        late = await world.streams()
        with monkeypatch.context() as not_back_yet:
            not_back_yet.setattr(member.node.positions, "doubt", lambda _hosted: None)
            assert await late.awaiting.expire() == await late.awaiting.expire() == 0
        await late.awaiting.send(connection, "still here")
        assert await take(stream, 1) == ["still here"]


async def test_a_node_that_was_given_up_ends_nothing_of_the_others_when_redis_was_away_for_all_since(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await here.awaiting.subscribe(connection) as stream:
        (member,), _others = await here.members(), await there.members()
        await world.live(world.options.lease_s + 1, here)
        await here.awaiting.expire()
        world.pass_time(600)
        with monkeypatch.context() as not_back_yet:
            not_back_yet.setattr(member.node.positions, "doubt", lambda _hosted: None)
            assert await there.awaiting.expire() == await there.awaiting.expire() == 0
        await there.awaiting.send(connection, "still here")
        assert await take(stream, 1) == ["still here"]


async def test_a_node_lets_go_of_what_it_attached_to_without_being_answered(world: RedisWorld) -> None:
    node = await world.streams(resume_window_s=60)
    connection, kept = await opened(node), await opened(node)
    (member,) = await node.members()
    async with await node.awaiting.subscribe(kept) as stream:
        await member.batches.run(Step(ATTACH, (connection,), (member.node.id, ""), list))
        await world.live(600, node)
        assert await node.awaiting.expire() == 0

        await member.node.check()
        await node.awaiting.touch(kept)  # comes after what was posted
        await world.live(61, node)
        assert await node.awaiting.expire() == 1
        await node.awaiting.send(kept, "still attached")
        assert await take(stream, 1) == ["still attached"]


async def test_a_node_lets_go_of_what_it_attached_to_when_its_client_left_before_redis_failed_to_answer(
    world: RedisWorld, redis_server: RedisServer
) -> None:
    world.options = replace(world.options, timeout_s=0.2)
    node = await world.streams(resume_window_s=60)
    connection = await opened(node)
    (member,) = await node.members()
    redis_server.pause()
    attaching = asyncio.create_task(node.awaiting.attach(connection, None, lambda: None))
    await asyncio.sleep(0.05)
    attaching.cancel()
    with pytest.raises(BrokerUnavailable):
        await node.awaiting.info(connection)
    redis_server.go_on()
    await at_last(partial(node.awaiting.info, connection))
    await member.batches.run(Step(ATTACH, (connection,), (member.node.id, ""), list))  # as Redis may have done
    await member.node.check()

    assert await is_detached(node, connection)


def lose_answers(monkeypatch: pytest.MonkeyPatch, member: Membership, connections: Iterable[str]) -> list[str]:
    """That an end of each was taken, once. Those of which none was lost yet."""
    run, unanswered = member.batches.run, list(connections)

    async def lossy(step: Step[Any]) -> Any:
        answer = await run(step)
        if step.script is BEGIN_TELLING and step.ids[0] in unanswered:
            unanswered.remove(step.ids[0])
            raise BrokerUnavailable("TimeoutError")
        return answer

    monkeypatch.setattr(member.batches, "run", lossy)
    return unanswered


async def test_an_end_that_was_taken_without_an_answer_is_told_by_the_node_that_took_it_and_once(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await world.streams(), await world.streams()
    connections = [await opened(here) for _ in range(3)]
    (member,) = await here.members()
    lose_answers(monkeypatch, member, connections[:2])
    told, running = await told_by(here)
    for connection in connections:
        await here.awaiting.close(connection)
    await until(lambda: len(told) == 3)
    told_there, other = await told_by(there)
    await asyncio.sleep(0.2)
    await stop([*running, *other])

    assert sorted(closed.connection_id for closed in told) == sorted(connections)
    assert told_there == []


async def test_an_end_that_was_taken_without_an_answer_is_told_soon_though_there_is_no_other_one(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await world.streams()
    connection = await opened(node)
    (member,) = await node.members()
    unanswered = lose_answers(monkeypatch, member, [connection])
    told, tasks = await told_by(node)
    try:
        await node.awaiting.close(connection, 4000, "bye")
        await until(lambda: bool(told))
    finally:
        await stop(tasks)
    assert unanswered == []
    assert [closed.connection_id for closed in told] == [connection]


async def test_an_end_that_was_taken_as_its_node_was_told_to_end_is_told_before_that_goes(
    world: RedisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await world.streams()
    connection = await opened(here)
    (member,) = await here.members()
    run, taken, told = member.batches.run, asyncio.Event(), []

    async def run_unanswered(step: Step[Any]) -> Any:
        answer = await run(step)
        if step.script is BEGIN_TELLING:
            taken.set()
            await asyncio.Event().wait()
        return answer

    async def on_disconnect(closed: Closed) -> None:
        told.append(closed.connection_id)

    with monkeypatch.context() as unanswered:
        unanswered.setattr(member.batches, "run", run_unanswered)
        running = asyncio.create_task(here.run(on_disconnect))
        await here.awaiting.close(connection)
        await taken.wait()
        await stop([running])
    await here.shutdown(on_disconnect)

    assert told == [connection]


async def test_a_node_that_is_told_to_end_waits_for_what_it_is_telling(world: RedisWorld) -> None:
    here = await world.streams()
    connection = await opened(here)
    begun, may_end, told = asyncio.Event(), asyncio.Event(), []

    async def on_disconnect(closed: Closed) -> None:
        begun.set()
        await may_end.wait()
        told.append(closed.connection_id)

    running = asyncio.create_task(here.run(on_disconnect))
    await here.awaiting.close(connection)
    await begun.wait()
    await stop([running])
    ending = asyncio.create_task(here.shutdown(on_disconnect))
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    await ending

    assert told == [connection]
