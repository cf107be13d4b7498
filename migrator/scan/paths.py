"""Paths inside the application."""

from __future__ import annotations


def join_folder(folder: str, relative: str) -> str:
    """A POSIX path relative to the application, '.' for its own folder; one that leaves it stays at its border."""
    parts: list[str] = []
    for part in f"{folder}/{relative}".split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts) or "."


def suffix_of(path: str) -> str:
    """'.py' of 'a/b.Py'; '' without one, and for a name that only begins with a dot."""
    name = path.rpartition("/")[2]
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem and suffix else ""
