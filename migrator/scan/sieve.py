"""Which words stand in which files. Each file is read once, whatever is looked for, and most are searched once.

Parsing everything would cost a hundred times as much as this look; most files hold nothing of interest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from pydantic_core import SchemaValidator, core_schema

from migrator.scan.paths import suffix_of

_NONE: Final[frozenset[bytes]] = frozenset()
_sought: Final[defaultdict[str, dict[bytes, None]]] = defaultdict(dict)
"""For each suffix of files the words that some part of the scan seeks there."""


def sought(*words: bytes, suffixes: Collection[str] = (".py",)) -> tuple[bytes, ...]:
    """Words for `Sieve.mentions`, told when a module is imported, so that one reading answers for all. ASCII only."""
    for suffix in suffixes:
        _sought[suffix].update(dict.fromkeys(words))
    return words


def all_sought(suffix: str) -> tuple[bytes, ...]:
    """Every word that is sought in files with the suffix."""
    return tuple(_sought[suffix])


class Sieve:
    """What was found in the files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kinds: dict[str, _Kind] = {}

    def mentions(self, path: str, words: tuple[bytes, ...]) -> bool:
        """Whether the file's bytes hold one of the words. False for a file that can't be read.

        Words that `sought` was not told of before cost a second reading of all files of the suffix."""
        return any(self.mentioning([path], suffix_of(path), words))

    def mentioning(self, paths: Iterable[str], suffix: str, words: tuple[bytes, ...]) -> Iterator[str]:
        """Those of the paths, which all have the suffix, that `mentions` is true of."""
        kind = self._kind(suffix, words)
        for path in paths:
            found = kind.found.get(path)
            if found is None:
                found = kind.found[path] = kind.words_in(self._bytes(path))
            if found and not found.isdisjoint(words):
                yield path

    def _kind(self, suffix: str, words: tuple[bytes, ...]) -> _Kind:
        kind = self._kinds.get(suffix)
        if kind is None or not kind.words.issuperset(words):
            sought(*words, suffixes=(suffix,))
            kind = self._kinds[suffix] = _Kind(frozenset(_sought[suffix]))
        return kind

    def _bytes(self, path: str) -> bytes:
        try:
            with open(f"{self._root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - half the time of read_bytes
                return file.readall()
        except OSError:
            return b""


class _Kind:
    """Files of one suffix, and what they hold of its words."""

    def __init__(self, words: frozenset[bytes]) -> None:
        self.words = words
        self.found: dict[str, frozenset[bytes]] = {}
        pattern = "|".join(re.escape(word.decode("ascii")) for word in sorted(words))
        any_of_them = core_schema.str_schema(pattern=pattern, regex_engine="rust-regex")
        self._has_any = SchemaValidator(any_of_them).isinstance_python

    def words_in(self, data: bytes) -> frozenset[bytes]:
        """pydantic searches with Rust's regular expressions, for all words at once; Latin-1 leaves each byte itself."""
        if not self._has_any(data.decode("latin-1")):
            return _NONE
        return frozenset(word for word in self.words if word in data)
