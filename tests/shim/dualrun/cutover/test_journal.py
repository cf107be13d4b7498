"""The journal keeps every change, notices what was done to it, and says so when it can't be written."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shim.dualrun.cutover.errors import JournalBroken, JournalUnwritable
from shim.dualrun.cutover.journal import START, Entry, Journal, read_journal
from shim.dualrun.cutover.position import Position, PositionInvalid

AT = 1_700_000_000.0
LEGACY = Position("legacy")


@contextmanager
def opened(path: Path, first: Position = LEGACY) -> Iterator[Journal]:
    journal = Journal(path, first, AT)
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def full_disk(path: Path, bytes_left: int) -> Iterator[None]:
    """No file of this process grows beyond what this one has and so many bytes: the kernel says so, as it does for a
    full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + bytes_left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def following(last: Entry, to: Position, why: str = "the next stage") -> Entry:
    return Entry(last.number + 1, last.at + 60, "ana", why, last.after, to, previous=last.digest)


def write_three(path: Path) -> None:
    with opened(path) as journal:
        for stage in ("tap", "shadow"):
            journal.append(following(journal.last, journal.last.after.changed({"stage": stage})))


def test_a_new_journal_begins_with_what_is_configured(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "cutover.jsonl"
    with opened(path, Position("tap", canaries=("ana",))) as journal:
        assert journal.last.by == START
    (entry,) = read_journal(path)

    assert (entry.number, entry.before, entry.after) == (1, None, Position("tap", canaries=("ana",)))
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_goes_on_where_it_was_whatever_is_configured_now(tmp_path: Path) -> None:
    path = tmp_path / "cutover.jsonl"
    write_three(path)
    with opened(path, Position("complete")) as journal:
        assert journal.last.after == Position("shadow")
        salt = journal.salt
    with opened(path) as journal:
        assert journal.salt == salt
    assert [entry.number for entry in read_journal(path)] == [1, 2, 3]


def test_a_line_that_was_never_finished_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "cutover.jsonl"
    write_three(path)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"number":4,"at":"20')
    with opened(path) as journal:
        assert journal.last.number == 3
    assert path.read_bytes() == whole


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_line_is_noticed(tmp_path: Path, line: int) -> None:
    path = tmp_path / "cutover.jsonl"
    write_three(path)
    lines = path.read_text().splitlines(keepends=True)
    lines[line] = lines[line].replace('"by":"', '"by":"not-')
    path.write_text("".join(lines))

    with pytest.raises(JournalBroken) as broken:
        read_journal(path)
    assert str(broken.value) == (
        f"The journal {path} can't be trusted from line {line + 1} on: the entry was changed after it was written."
    )
    with pytest.raises(JournalBroken), opened(path):
        pass


@pytest.mark.parametrize("kept", [(0, 2), (1, 2), (0, 2, 1), (0, 1, 1, 2)])
def test_a_line_that_is_left_out_moved_or_repeated_is_noticed(tmp_path: Path, kept: tuple[int, ...]) -> None:
    path = tmp_path / "cutover.jsonl"
    write_three(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[index] for index in kept))

    with pytest.raises(JournalBroken, match="it does not follow the entry before it"):
        read_journal(path)


@pytest.mark.parametrize("text", ["{}\n", "[1]\n", "nonsense\n", '{"digest": 1}\n', "[" * 100_000 + "\n", "\n"])
def test_what_is_no_entry_is_noticed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cutover.jsonl"
    path.write_text(text)

    with pytest.raises(JournalBroken):
        read_journal(path)


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "cutover.jsonl"
    path.write_bytes(b"x" * (5 * 1024 * 1024))

    with pytest.raises(JournalBroken, match="longer than"):
        read_journal(path)


def test_nothing_is_written_when_somebody_changed_the_file_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "cutover.jsonl"
    with opened(path) as journal:
        with path.open("ab") as other:
            other.write(b"{}\n")
        with pytest.raises(JournalBroken, match="somebody else"):
            journal.append(following(journal.last, Position("tap")))


def test_one_process_at_a_time_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "cutover.jsonl"
    with opened(path), pytest.raises(JournalUnwritable, match="another process holds it"), opened(path):
        pass


@pytest.mark.parametrize("bytes_left", [0, 10, 300])
def test_on_a_full_disk_nothing_is_written_and_it_is_said(tmp_path: Path, bytes_left: int) -> None:
    path = tmp_path / "cutover.jsonl"
    with opened(path) as journal:
        before = path.read_bytes()
        with full_disk(path, bytes_left), pytest.raises(JournalUnwritable) as refused:
            journal.append(following(journal.last, Position("tap")))
        assert path.read_bytes() == before
        assert str(refused.value) == f"Nothing was changed: the journal {path} can't be written (File too large)."

        journal.append(following(journal.last, Position("tap")))
    assert [entry.after.stage for entry in read_journal(path)] == ["legacy", "tap"]


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(JournalUnwritable), opened(tmp_path / "file" / "cutover.jsonl"):
        pass


@settings(max_examples=40)
@given(
    st.builds(
        Position,
        st.sampled_from(["legacy", "tap", "shadow", "live", "rampdown", "complete"]),
        st.floats(0, 100),
        st.lists(st.text(min_size=1, max_size=20), unique=True).map(tuple),
        st.lists(st.text(min_size=1, max_size=20), unique=True).map(tuple),
        st.lists(st.text(min_size=1, max_size=20), unique=True).map(tuple),
        st.booleans(),
    ),
    st.text(max_size=50),
)
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, position: Position, why: str
) -> None:
    path = tmp_path_factory.mktemp("journal") / "cutover.jsonl"
    with opened(path) as journal:
        written = journal.append(following(journal.last, position, why))
    read = read_journal(path)[-1]

    assert replace(read, at=written.at) == written
    assert abs(read.at - written.at) < 0.001


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"stage": "later"}, "stage is 'later'; there are legacy, tap, shadow, live, rampdown, complete"),
        ({"share_percent": 101}, "share_percent must be a number from 0 to 100"),
        ({"share_percent": True}, "share_percent must be a number from 0 to 100"),
        ({"share_percent": float("nan")}, "share_percent must be a number from 0 to 100"),
        ({"frozen": "yes"}, "frozen must be true or false"),
        ({"users": "ana"}, "users must be a list of texts of at most 256 characters"),
        ({"users": [""]}, "users must be a list of texts of at most 256 characters"),
        ({"users": [f"{number}" for number in range(1_001)]}, "users has 1001 names; at most 1000 are taken"),
    ],
)
def test_a_position_that_can_not_be_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(PositionInvalid) as invalid:
        LEGACY.changed(changes)
    assert str(invalid.value) == sentence


def test_lines_are_json_that_other_programs_read(tmp_path: Path) -> None:
    path = tmp_path / "cutover.jsonl"
    write_three(path)
    second = json.loads(path.read_text().splitlines()[1])

    assert second["by"] == "ana"
    assert second["at"] == "2023-11-14T22:14:20.000+00:00"
    assert (second["from"]["stage"], second["to"]["stage"]) == ("legacy", "tap")
