"""Which words stand in which files. Each file is read once, whatever is looked for, and most for a few roots only.

Parsing everything would cost a hundred times as much as this look; most files hold nothing of interest.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

ROOTS: Final = (
    b"onnection", b"ebsocket", b"ebSocket", b"EBSOCKET", b"equestContext", b"equest_context", b"methodArn",
    b"apigateway", b"ApiGateway", b"execute-api",
)  # fmt: skip
"""Nearly every word that is sought holds one of these: a file without any holds none of those words."""

_sought: Final[dict[bytes, bool]] = {}
"""Every word that some part of the scan seeks, and whether it holds a root."""


def sought(*words: bytes) -> tuple[bytes, ...]:
    """Words for `Sieve.mentions`, told when a module is imported, so that all are looked for in one reading."""
    _sought.update((word, any(root in word for root in ROOTS)) for word in words)
    return words


class Sieve:
    """What was found in the files below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: dict[str, frozenset[bytes]] = {}

    def mentions(self, path: str, words: Collection[bytes]) -> bool:
        """Whether the file's bytes hold one of the words. False for a file that can't be read.

        Words that `sought` was not told of before cost a second reading."""
        if not all(word in _sought for word in words):
            sought(*words)
            self._found.clear()
        found = self._found.get(path)
        if found is None:
            found = self._found[path] = _words_in(self._bytes(path))
        return not found.isdisjoint(words)

    def _bytes(self, path: str) -> bytes:
        try:
            with open(f"{self._root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - half the time of read_bytes
                return file.readall()
        except OSError:
            return b""


def _words_in(data: bytes) -> frozenset[bytes]:
    rooted = any(root in data for root in ROOTS)
    return frozenset(word for word, has_root in _sought.items() if (rooted or not has_root) and word in data)
