from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from shim.dualrun.errors import ControlLost
from shim.dualrun.replay import control_line as module
from shim.dualrun.replay.control_line import control_line
from shim.dualrun.replay.pinned.control import Control


async def test_questions_are_answered_and_what_goes_wrong_is_a_sentence():
    ours, theirs = socket.socketpair()
    lost, gate = threading.Event(), threading.Event()
    control = Control(theirs.detach(), lost.set)
    control.on("double", lambda question: question["number"] * 2)
    control.on("slow", lambda _: gate.wait(10))
    control.start()
    line = await control_line("The new path", ours)
    assert await line.ask("double", number=21) == 42
    with pytest.raises(ControlLost, match="The new path could not answer 'double': KeyError: 'number'"):
        await line.ask("double")
    with pytest.raises(ControlLost, match="could not answer 'nothing': KeyError"):
        await line.ask("nothing")
    asking = asyncio.create_task(line.ask("slow"))
    await asyncio.sleep(0)
    asking.cancel()
    gate.set()
    assert await line.ask("double", number=4) == 8  # and not the answer that nobody waits for
    assert not lost.is_set()
    await line.close()
    assert await asyncio.to_thread(lost.wait, 5)


async def test_a_process_that_has_ended_or_is_stuck_is_told_apart(monkeypatch):
    ours, theirs = socket.socketpair()
    line = await control_line("The new path", ours)
    monkeypatch.setattr(module, "ANSWER_S", 0.05)
    with pytest.raises(ControlLost, match=r"The new path did not answer 'idle' within 0\.05 s\."):
        await line.ask("idle")
    asyncio.get_running_loop().call_soon(theirs.close)
    with pytest.raises(ControlLost, match=r"The new path (has ended|can't be asked)"):
        await line.ask("idle")
    await line.close()
