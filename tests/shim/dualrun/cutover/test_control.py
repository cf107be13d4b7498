"""Which changes are allowed, and that none takes effect that is not written down."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from shim.dualrun.cutover.control import Control
from shim.dualrun.cutover.errors import ChangeRefused, JournalUnwritable
from shim.dualrun.cutover.journal import Entry, Journal, read_journal
from shim.dualrun.cutover.options import CutoverOptions, FallBackRules
from tests.shim.backends.bridging import eventually
from tests.shim.dualrun.cutover.test_journal import full_disk


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A control in its file, and what it told."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.path = folder / "cutover.jsonl"
        self.clock = Clock()
        self.options = CutoverOptions(journal=self.path, **options)
        self.control = Control(self.options, clock=self.clock)
        self.told: list[Entry] = []
        self.control.listeners.append(self.told.append)

    async def set(self, by: str = "ana", **more: Any) -> Entry:
        options = {name: more.pop(name) for name in ("seen", "force") if name in more}
        return await self.control.change(more, by=by, why="it is time", **options)


async def test_a_stage_may_not_be_left_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    with pytest.raises(ChangeRefused) as refused:
        await desk.set(stage="live")
    assert str(refused.value) == (
        "Nothing was changed: that leaves out tap, shadow; go one stage at a time, or use force."
    )
    assert desk.control.position.stage == "legacy"
    assert desk.told == []


async def test_nothing_is_written_for_what_is_so_already(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    with pytest.raises(ChangeRefused, match="it is so already"):
        await desk.set(stage="legacy")
    assert desk.control.number == 1


async def test_who_does_not_say_why_changes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    for why in ("", "  ", "x" * 1_001):
        with pytest.raises(ChangeRefused, match="say why"):
            await desk.control.change({"stage": "tap"}, by="ana", why=why)


async def test_a_change_is_written_and_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    entry = await desk.set(stage="tap", canaries=["ben"])

    assert desk.control.position.stage == "tap"
    assert desk.told == [entry]
    assert read_journal(desk.path)[-1] == entry


async def test_force_leaves_out_stages_and_is_written_down(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    assert (await desk.set(stage="rampdown", force=True)).forced


async def test_going_back_needs_no_force_however_far(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage="rampdown")

    await desk.set(stage="legacy")

    assert desk.control.position.stage == "legacy"


async def test_of_two_operators_at_once_the_second_is_told_of_the_first(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    seen = desk.control.number
    results = await asyncio.gather(
        desk.set(stage="tap", seen=seen),
        desk.set("ben", stage="tap", share_percent=5, seen=seen),
        return_exceptions=True,
    )

    assert isinstance(results[0], Entry)
    assert str(results[1]) == "Nothing was changed: ana was first, with entry 2: it is time."
    assert [entry.by for entry in read_journal(desk.path)] == ["start", "ana"]


async def test_frozen_it_goes_neither_forward_nor_back_by_itself(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage="live")
    await desk.set(frozen=True)

    assert await desk.control.fall_back("a leak", {}, of=desk.control.number) is None
    with pytest.raises(ChangeRefused, match="it is frozen"):
        await desk.set(stage="shadow")
    await desk.set(stage="shadow", force=True)
    await desk.set(frozen=False)
    assert not desk.control.position.frozen


async def test_evidence_from_before_a_change_does_not_take_it_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage="live")
    then = desk.control.number
    await desk.set(share_percent=5)

    assert await desk.control.fall_back("too many differ", {}, of=then) is None


async def test_evidence_from_while_a_change_is_written_does_not_take_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk has the change, and the thread that wrote it has not come back yet."""
    desk = Desk(tmp_path, stage="live")
    written, may_return, append = threading.Event(), threading.Event(), Journal.append

    def slow(journal: Journal, entry: Entry) -> Entry:
        entry = append(journal, entry)
        written.set()
        assert may_return.wait(10)
        return entry

    monkeypatch.setattr(Journal, "append", slow)
    changing = asyncio.create_task(desk.set(stage="rampdown"))
    try:
        assert await asyncio.to_thread(written.wait, 10)
        then = desk.control.number
        assert (then, desk.control.last.number, desk.control.position.stage) == (1, 1, "live")
        going_back = asyncio.create_task(desk.control.fall_back("too many differ", {}, of=then))
        await asyncio.sleep(0)
    finally:
        may_return.set()

    assert (await changing).number == desk.control.number == 2
    assert await going_back is None
    assert desk.control.position.stage == "rampdown"


async def test_it_goes_back_by_itself_and_is_held_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage="live", share_percent=5, fall_back=FallBackRules(hold_s=600))

    entry = await desk.control.fall_back("a leak", {"leaks": 1}, of=1)

    assert entry is not None
    assert (entry.by, entry.after.stage, entry.evidence) == ("automatic", "shadow", {"leaks": 1})
    desk.clock.now += 599
    for forward in ({"stage": "live"}, {"share_percent": 50}):
        with pytest.raises(ChangeRefused, match="nobody goes forward for another 1 s without force"):
            await desk.set(**forward)
    desk.clock.now += 1
    await desk.set(stage="live")


async def test_the_hold_lasts_over_a_restart(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage="live")
    await desk.control.fall_back("a leak", {}, of=1)
    desk.control.close()

    again = Desk(tmp_path, stage="live")
    assert again.control.position.stage == "shadow"
    with pytest.raises(ChangeRefused, match="it went back by itself"):
        await again.set(stage="live")


async def test_from_the_first_and_the_last_stage_it_does_not_go_back_by_itself(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert await desk.control.fall_back("a leak", {}, of=1) is None

    await desk.set(stage="complete", force=True)
    assert await desk.control.fall_back("errors", {}, of=2) is None


async def test_it_never_goes_forward_by_itself_unless_that_was_asked_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage="tap")
    shadow = desk.control.position.changed({"stage": "shadow"})

    assert await desk.control.advance(shadow, "enough evidence", {}, of=1) is None
    desk.control.close()
    asked = Desk(tmp_path, advance=True)
    assert await asked.control.advance(shadow, "enough evidence", {}, of=1) is not None
    assert asked.control.position.stage == "shadow"


async def test_on_a_full_disk_a_change_is_refused_and_has_no_effect(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    with full_disk(desk.path, 10), pytest.raises(JournalUnwritable, match="Nothing was changed"):
        await desk.set(stage="tap")
    assert desk.control.position.stage == "legacy"
    assert desk.told == []
    await desk.set(stage="tap")


async def test_a_full_disk_does_not_keep_clients_where_messages_leak(tmp_path: Path) -> None:
    desk = Desk(tmp_path, stage="live")

    with full_disk(desk.path, 10):
        assert await desk.control.fall_back("a leak", {"leaks": 1}, of=1) is not None
        assert desk.control.position.stage == "shadow"
        assert desk.control.unwritten
        with pytest.raises(JournalUnwritable):
            await desk.set(stage="tap")
        with pytest.raises(JournalUnwritable):
            await desk.control.write_down()
    await desk.control.write_down()

    assert not desk.control.unwritten
    assert [entry.after.stage for entry in read_journal(desk.path)] == ["live", "shadow"]


async def test_a_change_that_nobody_waits_for_any_more_takes_effect_all_the_same(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    changing = asyncio.create_task(desk.set(stage="tap"))
    await asyncio.sleep(0)
    changing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await changing
    await eventually(lambda: desk.control.number == 2)

    assert desk.control.position.stage == "tap"
    assert read_journal(desk.path)[-1].after.stage == "tap"
