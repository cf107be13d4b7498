"""The few things that are done to files, each so that a crash leaves the old or the new."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path, PurePosixPath

from migrator.transaction.errors import PathIsLink, PathLeavesFolder


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def sha256_of(path: Path) -> str | None:
    """None when there is no regular file; a link is none."""
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inside(folder: Path, path: str) -> Path:
    """`folder / path`. Raises PathLeavesFolder, or PathIsLink when a part of it below `folder` is a link."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise PathLeavesFolder(path)
    place = folder
    for part in parts.parts:
        place /= part
        if place.is_symlink():
            raise PathIsLink(path)
    return place


def put(target: Path, content: bytes, like: Path | None = None) -> None:
    """A new file, on the disk when this returns; missing folders are made. `like`: whose mode it gets."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as file:
        file.write(content)
        file.flush()
        if like is not None:
            shutil.copymode(like, target)
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Makes renames and new names in the folder last through a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    for inner, _folders, _files in os.walk(folder):
        sync(Path(inner))


def make_folders(folder: Path, path: str) -> None:
    """The folders that `path` needs below `folder`."""
    parent = (folder / path).parent
    if not parent.is_dir():
        parent.mkdir(parents=True)
        for made in (parent, *parent.parents):
            sync(made)
            if made == folder:
                break


def remove_empty(folder: Path, paths: list[str]) -> None:
    """The folders of these files, from the innermost, as long as they are empty; `folder` itself stays."""
    inner = {parent for path in paths for parent in PurePosixPath(path).parents if parent.parts}
    for parent in sorted(inner, key=lambda parent: -len(parent.parts)):
        place = folder / parent
        if place.is_dir() and not place.is_symlink() and not any(place.iterdir()):
            place.rmdir()
