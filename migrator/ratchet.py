"""No new use of the WebSocket API, and never more markers: today's application beside the one that was accepted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from migrator.errors import WsSseError
from migrator.inventory.model import Inventory
from migrator.inventory.outcome import Site
from migrator.inventory.record import Record
from migrator.inventory.selection import Selection
from migrator.inventory.sites import sites
from migrator.markers import PREFIX
from migrator.scan.files import walk

_MARKER: Final = re.compile(rb"%b \w+: " % PREFIX.encode())


class BaselineUnreadable(WsSseError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} is not a baseline of this version of ws2sse ({self.reason}). Write one: --write-baseline."


class Use(Record):
    """Places of one kind in one file. No lines: they move with every edit."""

    kind: str
    path: str
    summary: str
    number: int


class Baseline(Record):
    schema_version: Literal[1] = 1
    uses: tuple[Use, ...] = Field(description="sorted")
    markers: dict[str, int] = Field(description="path -> markers in it")


class Ratchet(Record):
    """What has changed since the baseline."""

    new: tuple[Site, ...] = Field(description="uses that are not in the baseline; a file that was renamed has none")
    gone: int = Field(description="uses of the baseline that are not there any more")
    markers: int = Field(description="how many more there are; negative for fewer")
    marked: dict[str, int] = Field(description="path -> how many more are in it; only where there are more")

    @property
    def holds(self) -> bool:
        return not self.new and self.markers <= 0


def baseline_of(app: Path, inventory: Inventory) -> Baseline:
    counted = Counter(_key(site) for site in sites(inventory))
    uses = [Use(kind=kind, path=path, summary=text, number=n) for (kind, path, text), n in sorted(counted.items())]
    return Baseline(uses=tuple(uses), markers=_markers(app, inventory.selection))


def read_baseline(path: Path) -> Baseline:
    """Raises BaselineUnreadable."""
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BaselineUnreadable(path, error.strerror or str(error)) from error
    except ValidationError as error:
        raise BaselineUnreadable(path, error.errors(include_url=False)[0]["msg"]) from error


def compare(baseline: Baseline, app: Path, inventory: Inventory) -> Ratchet:
    before = Counter({(use.kind, use.path, use.summary): use.number for use in baseline.uses})
    now = Counter(_key(site) for site in sites(inventory))
    more, fewer = now - before, before - now
    added = more.total()
    moved = _without_paths(more) & _without_paths(fewer)
    new: list[Site] = []
    for site in reversed(sites(inventory)):  # of several alike in a file the last are taken for the new ones
        key, alike = _key(site), (site.kind, site.summary)
        if not more[key]:
            continue
        more[key] -= 1
        if moved[alike]:
            moved[alike] -= 1
        else:
            new.append(site)
    markers = _markers(app, inventory.selection)
    return Ratchet(
        new=tuple(reversed(new)),
        gone=fewer.total() - (added - len(new)),
        markers=sum(markers.values()) - sum(baseline.markers.values()),
        marked={
            path: n - baseline.markers.get(path, 0) for path, n in markers.items() if n > baseline.markers.get(path, 0)
        },
    )


def text_of(ratchet: Ratchet) -> str:
    """What is new, a line each; one line when nothing is."""
    lines = [f"{site.location}  new: {site.summary}" for site in ratchet.new]
    if ratchet.markers > 0:
        lines += [f"{path}  {number} more markers" for path, number in ratchet.marked.items()]
    if ratchet.holds:
        better = ratchet.gone or ratchet.markers < 0
        lines.append(
            "No new use of the WebSocket API." + (" There is less: write the baseline anew." if better else "")
        )
    return "".join(f"{line}\n" for line in lines)


def _key(site: Site) -> tuple[str, str, str]:
    return site.kind, site.location.path, site.summary


def _without_paths(counted: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str]]:
    alike: Counter[tuple[str, str]] = Counter()
    for (kind, _path, summary), number in counted.items():
        alike[kind, summary] += number
    return alike


def _markers(app: Path, selection: Selection) -> dict[str, int]:
    found = ((path, len(_MARKER.findall(content))) for path, content in _contents(app, selection))
    return {path: number for path, number in found if number}


def _contents(app: Path, selection: Selection) -> Iterable[tuple[str, bytes]]:
    files = walk(app.resolve(), selection)
    for path in files.paths:
        try:
            yield path, (files.root / path).read_bytes()
        except OSError:  # the scan has said so
            continue
