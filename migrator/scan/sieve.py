"""Which words stand in which files. Each file is read once, whatever is looked for, and most for a few roots only.

Parsing everything would cost a hundred times as much as this look; most files hold nothing of interest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Final

from migrator.scan.paths import suffix_of

ROOTS: Final = (
    b"onnection", b"ebsocket", b"ebSocket", b"EBSOCKET", b"equestContext", b"equest_context", b"methodArn",
    b"apigateway",
)  # fmt: skip
"""Most of the words hold one of these: a file without any holds none of those words."""

_sought: Final[defaultdict[str, dict[bytes, bool]]] = defaultdict(dict)
"""For each suffix of files the words that some part of the scan seeks there, and whether they hold a root."""


def sought(*words: bytes, suffixes: Collection[str] = (".py",)) -> tuple[bytes, ...]:
    """Words for `Sieve.mentions`, told when a module is imported, so that one reading answers for all."""
    for suffix in suffixes:
        _sought[suffix].update((word, any(root in word for root in ROOTS)) for word in words)
    return words


def all_sought(suffix: str) -> tuple[bytes, ...]:
    """Every word that is sought in files with the suffix."""
    return tuple(_sought[suffix])


class Sieve:
    """What was found in the files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: defaultdict[str, dict[str, frozenset[bytes]]] = defaultdict(dict)
        """By suffix and path."""
        self._told: set[tuple[str, tuple[bytes, ...]]] = set()

    def mentions(self, path: str, words: tuple[bytes, ...]) -> bool:
        """Whether the file's bytes hold one of the words. False for a file that can't be read.

        Words that `sought` was not told of before cost a second reading of all files of the suffix."""
        suffix = suffix_of(path)
        if (suffix, words) not in self._told:
            self._told.add((suffix, words))
            if not _sought[suffix].keys() >= set(words):
                sought(*words, suffixes=(suffix,))
                self._found[suffix].clear()
        found = self._found[suffix].get(path)
        if found is None:
            found = self._found[suffix][path] = _words_in(self._bytes(path), suffix)
        return not found.isdisjoint(words)

    def _bytes(self, path: str) -> bytes:
        try:
            with open(f"{self._root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - half the time of read_bytes
                return file.readall()
        except OSError:
            return b""


def _words_in(data: bytes, suffix: str) -> frozenset[bytes]:
    rooted = any(root in data for root in ROOTS)
    return frozenset(word for word, has_root in _sought[suffix].items() if (rooted or not has_root) and word in data)
