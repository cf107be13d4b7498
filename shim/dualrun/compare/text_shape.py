"""The shape of texts: a pattern that all of the texts seen fit, made of runs of letters and digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import Final

MAX_RUNS: Final = 40
"""Texts with more runs have no shape: a long text that varies is content, not noise."""

_CLASSES: Final = ("[0-9]", "[a-z]", "[A-Z]", "[0-9a-f]", "[a-zA-Z]", "[0-9a-z]", "[0-9A-Za-z]")
_SETS: Final = {name: frozenset(chr(code) for code in range(128) if re.fullmatch(name, chr(code))) for name in _CLASSES}


@dataclass(frozen=True, slots=True)
class Run:
    """characters: those seen, or the literal text when it stands between runs. least, most: characters in a row."""

    literal: str
    characters: frozenset[str]
    least: int
    most: int

    @property
    def pattern(self) -> str:
        if self.literal:
            return re.escape(self.literal)
        name = next((name for name in _CLASSES if self.characters <= _SETS[name]), r"[^\W_]")
        return f"{name}{{{self.least}}}" if self.least == self.most else f"{name}+"


Shape = tuple[Run, ...]


def shape_of(text: str) -> Shape | None:
    """None for a text with more than MAX_RUNS runs."""
    runs: list[Run] = []
    for word, characters in groupby(text, str.isalnum):
        run = "".join(characters)
        runs.append(Run("" if word else run, frozenset(run) if word else frozenset(), len(run), len(run)))
        if len(runs) > MAX_RUNS:
            return None
    return tuple(runs)


def joined(left: Shape, right: Shape) -> Shape | None:
    """The shape that texts of both have; None when what stands between the runs differs."""
    if [run.literal for run in left] != [run.literal for run in right]:
        return None
    return tuple(
        Run(a.literal, a.characters | b.characters, min(a.least, b.least), max(a.most, b.most))
        for a, b in zip(left, right, strict=True)
    )


def pattern_of(shape: Shape) -> str:
    """A regular expression without anything that could take long: no run is followed by one of its own characters."""
    return "".join(run.pattern for run in shape)
