"""Which files that look like keys an image may have: certificates do, and code reads them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from shim.bounded_files import FileTooLarge, read_at_most

MAX_BYTES: Final = 4_000_000
MAX_FILES: Final = 100
"""Files of which is told."""

ENDINGS: Final = (".pem", ".key", ".p12")
"""That the image leaves out, unless they are taken in again by name."""

_OF_OTHERS: Final = frozenset({"node_modules", "venv"})
_PLAIN: Final = re.compile(r"[\w./@+-]+")
"""Paths that are no patterns of .dockerignore."""


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Paths relative to the application. `certificates` hold nothing but certificates; `others` may be private."""

    certificates: tuple[str, ...]
    others: tuple[str, ...]


def key_files(app: Path) -> KeyFiles:
    found = list(islice(_looking_like_keys(app), MAX_FILES))
    certificates = tuple(name for name in found if _PLAIN.fullmatch(name) and _is_certificate(app / name))
    return KeyFiles(certificates, tuple(name for name in found if name not in certificates))


def _looking_like_keys(app: Path) -> Iterator[str]:
    for folder, inner, names in os.walk(app):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name not in _OF_OTHERS)
        for name in sorted(names):
            if name.endswith(ENDINGS):
                yield (Path(folder) / name).relative_to(app).as_posix()


def _is_certificate(path: Path) -> bool:
    """Its labels are those of https://www.rfc-editor.org/rfc/rfc7468, and all of certificates."""
    try:
        labels = set(re.findall(rb"-----BEGIN ([A-Z0-9 ]+)-----", read_at_most(path, MAX_BYTES)))
    except (FileTooLarge, OSError):
        return False
    return bool(labels) and labels <= {b"CERTIFICATE", b"TRUSTED CERTIFICATE", b"X509 CERTIFICATE"}
