"""The first line of a recording: what it is, and of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final, Literal, get_args

from shim.dualrun.record.canonical import Path

FORMAT: Final = "ws2sse-recording"
SCHEMA_VERSION: Final = 1

TRAFFIC: Final = "traffic"
"""The run of recordings of what real clients did."""

Clock = Literal["wall", "wall_and_monotonic"]


@dataclass(frozen=True, slots=True)
class Header:
    """run: 'legacy-1', 'legacy-2', 'candidate', or 'traffic' for what real clients did.

    clock: whether events have `mono` beside `at`. started_at: ISO 8601, UTC.
    redactions: what was hidden before it was written, in words; empty when nothing was looked for.
    key_id: tells which key hid it, without telling the key; '' when there was none.
    settled: whether the server itself told, after each step, that it had nothing left to do.
    """

    application: str
    run: str
    path: Path
    clock: Clock = "wall_and_monotonic"
    started_at: str = ""
    redactions: tuple[str, ...] = ()
    key_id: str = ""
    product_version: str = ""
    settled: bool = False

    def to_record(self) -> dict[str, Any]:
        return {"format": FORMAT, "schema_version": SCHEMA_VERSION, **asdict(self)}


def new_header(
    application: str,
    run: str,
    path: Path,
    *,
    redactions: tuple[str, ...] = (),
    key_id: str = "",
    settled: bool = False,
) -> Header:
    """Of a recording that begins now, made by this version of the product."""
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Header(
        application,
        run,
        path,
        started_at=started_at,
        redactions=redactions,
        key_id=key_id,
        product_version=version("ws2sse"),
        settled=settled,
    )


def header_of(record: Mapping[str, Any]) -> Header | str:
    """The header, or what is wrong with it. Format and version are for the caller to look at first."""
    values = {name: value for name, value in record.items() if name not in {"format", "schema_version"}}
    if unknown := values.keys() - Header.__dataclass_fields__.keys():
        return f"the header has an unknown key {min(unknown)!r}"
    redactions = values.pop("redactions", [])
    if not isinstance(redactions, list) or not all(isinstance(item, str) for item in redactions):
        return "the header's redactions are not a list of texts"
    for name, value in values.items():
        wanted, called = (bool, "true or false") if name == "settled" else (str, "text")
        if not isinstance(value, wanted):
            return f"the header's {name} is not {called}"
    for name, kind in (("path", Path), ("clock", Clock)):
        if name in values and values[name] not in get_args(kind):
            return f"the header's {name} is {values[name]!r}, not one of {', '.join(get_args(kind))}"
    try:
        return Header(redactions=tuple(redactions), **values)
    except TypeError:
        return "the header has no application, run or path"
