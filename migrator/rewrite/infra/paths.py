"""Paths of files beside others, as POSIX paths from the application's folder."""

from __future__ import annotations

import posixpath


def beside(path: str, name: str) -> str:
    """`name` as the file `path` means it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
