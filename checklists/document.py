"""Reads a generated checklist back: its start, its baseline, and what people wrote. Refuses what it might misread.

What is ours to read:

    <!-- ws2sse:checklist started=2026-11-22 sites=41 schema=2 clients=3 ... -->       line 1
    - [x] **title** <!-- item:DEV-FIND-CODE -->                                        a box
      - owner: @name
      <!-- notes:DEV-FIND-CODE -->
    anything, kept byte for byte
      <!-- /notes:DEV-FIND-CODE -->
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from checklists.errors import DocumentDamaged
from checklists.model import Baseline, Words

_ID = r"(?P<id>[^\s<>]+)"
_HEAD = re.compile(r"<!-- ws2sse:checklist(?P<fields>(?: [a-z]+=[0-9-]+)+) -->\s*")
_ITEM = re.compile(
    rf"\s*[-*+] \[(?P<box>[ xX])\] \*\*(?P<title>.*)\*\* <!-- item:{_ID}(?: (?P<mark>by=evidence|was=done))? -->\s*"
)
_OPEN = re.compile(rf"\s*<!-- notes:{_ID} -->\s*")
_CLOSE = re.compile(rf"\s*<!-- /notes:{_ID} -->\s*")
_OWNER = re.compile(r"(?: {1,3}|\t)[-*+] owner:(?P<owner>.*)", re.DOTALL)
"""Less deep than the evidence, whose text comes from the application and might look like an owner."""
_MARKER_LIKE = re.compile(r"<!--\s*/?(?:item|notes|ws2sse):")


@dataclass(frozen=True)
class Document:
    started: date
    baseline: Baseline
    words: tuple[Words, ...]
    """In the order of the document."""


def read(text: str) -> Document:
    """Raises DocumentDamaged, with the line, for markers that are missing, doubled, nested or malformed."""
    lines = text.removeprefix("\ufeff").split("\n")
    started, baseline = _head(lines[0])
    reader = _Reader()
    for number, line in enumerate(lines[1:], start=2):
        reader.feed(number, line)
    return Document(started, baseline, reader.finish())


class _Reader:
    """Goes through the lines once. Only "\\n" ends a line here, so that notes keep every other character."""

    def __init__(self) -> None:
        self._words: dict[str, Words] = {}
        self._current = ""
        self._owner_seen = False
        self._with_notes: set[str] = set()
        self._notes: list[str] | None = None
        self._opened = 0

    def feed(self, number: int, line: str) -> None:
        if self._notes is not None:
            self._inside_notes(number, line, self._notes)
        elif item := _ITEM.fullmatch(line):
            self._item(number, item)
        elif opening := _OPEN.fullmatch(line):
            self._open(number, opening["id"])
        elif _MARKER_LIKE.search(line):
            raise DocumentDamaged(number, f"this marker is damaged or out of place: {line.strip()[:80]}")
        elif self._current and (owner := _OWNER.fullmatch(line)):
            self._owner(number, owner["owner"].strip(" \t\r"))

    def finish(self) -> tuple[Words, ...]:
        if self._notes is not None:
            raise DocumentDamaged(self._opened, f"the notes of {self._current} have no end marker")
        return tuple(self._words.values())

    def _item(self, number: int, found: re.Match[str]) -> None:
        self._current, self._owner_seen = found["id"], False
        if self._current in self._words:
            raise DocumentDamaged(number, f"the item {self._current} stands here a second time")
        self._words[self._current] = Words.model_validate(
            {
                "id": found["id"],
                "title": found["title"],
                "ticked": found["box"] != " ",
                "mark": found["mark"] or "",
            }
        )

    def _owner(self, number: int, owner: str) -> None:
        if self._owner_seen:
            raise DocumentDamaged(number, f"{self._current} has a second owner line; name all owners on one line")
        self._owner_seen = True
        self._update({"owner": owner})

    def _open(self, number: int, item_id: str) -> None:
        if item_id != self._current:
            above = self._current or "missing"
            raise DocumentDamaged(number, f"notes of {item_id} begin here, but the item above is {above}")
        if item_id in self._with_notes:
            raise DocumentDamaged(number, f"{item_id} has a second notes area")
        self._with_notes.add(item_id)
        self._notes, self._opened = [], number

    def _inside_notes(self, number: int, line: str, notes: list[str]) -> None:
        closing = _CLOSE.fullmatch(line)
        if closing and closing["id"] == self._current:
            self._update({"notes": "".join(notes)})
            self._notes = None
        elif _MARKER_LIKE.search(line):
            raise DocumentDamaged(
                number,
                f"a marker stands inside the notes of {self._current}, which begin in line {self._opened}; "
                "either their end marker is lost, or marker text was pasted into them",
            )
        else:
            notes.append(f"{line}\n")

    def _update(self, fields: dict[str, str]) -> None:
        self._words[self._current] = self._words[self._current].model_copy(update=fields)


def _head(line: str) -> tuple[date, Baseline]:
    found = _HEAD.fullmatch(line)
    if not found:
        raise DocumentDamaged(1, "it has to be the comment that begins with <!-- ws2sse:checklist")
    fields = dict(field.split("=", 1) for field in found["fields"].split())
    missing = [name for name in ("started", "sites", "schema") if name not in fields]
    if missing:
        raise DocumentDamaged(1, f"{missing[0]}= is missing")
    if fields["schema"] not in {"1", "2"}:
        raise DocumentDamaged(1, f"it has schema {fields['schema']}; this version reads 1 and 2")
    return _started(fields["started"]), Baseline(**{name: _number(name, fields) for name in Baseline.model_fields})


def _started(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DocumentDamaged(1, f"started={text} is not a date such as 2026-11-22") from error


def _number(name: str, fields: dict[str, str]) -> int:
    text = fields.get(name, "0")
    if not text.isdecimal():
        raise DocumentDamaged(1, f"{name}={text} is not a number")
    return int(text)
