"""Begins a recording of traffic in a file, which may hold earlier ones."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import IO, Final

from shim.dualrun.record.errors import KeyUnusable, RecordingFull, RecordingMixed, RecordingUnwritable
from shim.dualrun.record.header import TRAFFIC, Header, new_header
from shim.dualrun.record.keyed import Hasher, key_beside, key_of, read_or_make_key
from shim.dualrun.record.reader import read_items
from shim.dualrun.record.recorder import TrafficRecorder
from shim.dualrun.record.redaction import Redactor
from shim.recording import RecordingOptions

LEAST_ROOM: Final = 65_536
"""Bytes that have to be left for a recording to begin."""


def start_recording(options: RecordingOptions, application: str) -> TrafficRecorder | None:
    """None where no file is configured. To be closed at the end. Raises a RecordingError."""
    if options.file is None:
        return None
    redactor = Redactor(Hasher(_key(options, options.file)), options.redact)
    header = new_header(application, TRAFFIC, "websocket", redactions=redactor.redactions, key_id=redactor.key_id)
    file, size = _opened(options.file, header)
    room = options.max_mb * 1_000_000 - size
    if room < LEAST_ROOM:
        file.close()
        raise RecordingFull(options.file, size, options.max_mb)
    return TrafficRecorder(file, header, redactor, max_bytes=room)


def _key(options: RecordingOptions, file: Path) -> bytes:
    if not options.key:
        return read_or_make_key(options.key_file or key_beside(file))
    try:
        return key_of(options.key)
    except ValueError as error:
        raise KeyUnusable(Path("recording.key"), str(error)) from None


def _opened(path: Path, header: Header) -> tuple[IO[bytes], int]:
    """At its end, behind a whole line, and its size."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        size = path.stat().st_size if path.exists() else 0
        if size:
            _check_same(path, header)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        file = os.fdopen(descriptor, "ab+")
        if size:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # whoever wrote it was stopped
                file.write(b"\n")
    except OSError as error:
        raise RecordingUnwritable(path, error.strerror or str(error)) from error
    return file, size


def _check_same(path: Path, header: Header) -> None:
    """Raises RecordingMixed, or what is wrong with its first line."""
    with closing(read_items(path)) as items:
        first = next(iter(items))
    if isinstance(first, Header):
        for name in ("application", "key_id", "run"):
            if getattr(first, name) != getattr(header, name):
                raise RecordingMixed(path, 1, name, getattr(first, name), getattr(header, name))
