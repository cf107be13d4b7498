"""Waiting for a message by its cause: what came before counts, and each message is for one wait."""

from __future__ import annotations

import asyncio

from shim.dualrun.record.scenario import Expect
from shim.dualrun.replay.session_log import SessionLog


def log_with(*texts: str) -> SessionLog:
    log = SessionLog("legacy-1", "websocket", "talk")
    for text in texts:
        log.sink("alice")("msg", "socket", None, text)
    return log


async def test_another_client_and_another_message_are_not_waited_for():
    log = log_with('{"a": 1}')
    log.sink("bob")("msg", "socket", None, '{"a": 2}')
    log.sink("alice")("error", "post", 413, '{"a": 2}')
    assert not await log.wait_for(Expect("alice", '{"a": 2}', 0.01))


async def test_a_message_that_is_there_already_counts_once():
    log = log_with('{"a": 1}', '{"a": 1, "b": 2}')
    assert await log.wait_for(Expect("alice", '{"a": 1}', 0.01))
    assert await log.wait_for(Expect("alice", '{"a": 1}', 0.01))
    assert not await log.wait_for(Expect("alice", '{"a": 1}', 0.01))


async def test_a_message_that_comes_later_ends_the_wait():
    log = log_with("hello")
    waiting = asyncio.create_task(log.wait_for(Expect("alice", '"bye"', 30)))
    await asyncio.sleep(0)
    log.sink("alice")("msg", "socket", None, "not yet")
    await asyncio.sleep(0)
    assert not waiting.done()
    log.sink("alice")("msg", "socket", None, "bye")
    assert await waiting
