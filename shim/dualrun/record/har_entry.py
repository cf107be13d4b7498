"""The entries of an HTTP archive (HAR 1.2), and what stands where in one, whatever they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from shim.bounded_files import FileTooLarge, read_at_most
from shim.dualrun.record.errors import HarInvalid, RecordingUnreadable

MAX_BYTES: Final = 256 * 1024 * 1024


def entries_of(path: Path) -> list[Any]:
    """Those of `log.entries`. Raises RecordingUnreadable or HarInvalid."""
    try:
        document = json.loads(read_at_most(path, MAX_BYTES).decode("utf-8-sig"))
    except OSError as error:
        raise RecordingUnreadable(path, error.strerror or str(error)) from error
    except FileTooLarge as error:
        raise HarInvalid(path, str(error)) from None
    except (ValueError, RecursionError) as error:
        raise HarInvalid(path, f"it is not JSON ({type(error).__name__})") from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise HarInvalid(path, "it has no log.entries")
    return entries


def pairs_at(entry: dict[str, Any], *keys: str) -> list[tuple[str, str]]:
    """Headers: lists of objects with name and value, as of all that write HAR."""
    listed = at(entry, *keys)
    objects = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    pairs = [(one.get("name"), one.get("value")) for one in objects]
    return [(name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)]


def text_at(entry: dict[str, Any], *keys: str) -> str:
    value = at(entry, *keys)
    return value if isinstance(value, str) else ""


def at(value: Any, *keys: str) -> Any:  # noqa: ANN401 - whatever stands there
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
