"""What decides whether an API can be migrated: refused, warned about, or offered something simpler.

One small file a kind. Each yields refusals with the place of the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from migrator.inventory.model import Inventory, Refusal
from migrator.scan.files import Files
from migrator.scan.refusals.media_stream import media_streams
from migrator.scan.refusals.plain_rest import plain_rest
from migrator.scan.refusals.seen import Seen
from migrator.scan.refusals.subprotocol import subprotocols
from migrator.scan.refusals.terminal import terminals
from migrator.scan.refusals.two_way_audio import two_way_audio
from migrator.scan.refusals.webrtc_signalling import webrtc_signalling

KINDS: Final[tuple[Callable[[Seen], Iterator[Refusal]], ...]] = (
    media_streams,
    two_way_audio,
    subprotocols,
    terminals,
    webrtc_signalling,
    plain_rest,
)


def refusals(files: Files, inventory: Inventory) -> tuple[Refusal, ...]:
    """One for each kind and API or server, at the first evidence; what can't be done comes first."""
    seen = Seen(files, inventory)
    found: dict[tuple[str, str | None, tuple[str, ...], str], Refusal] = {}
    for kind in KINDS:
        for refusal in kind(seen):
            place = refusal.location.path if refusal.api is None else ""
            found.setdefault((refusal.kind, refusal.api, refusal.routes, place), refusal)
    refused = {refusal.api for refusal in found.values() if refusal.severity == "refuse" and not refusal.routes}
    kept = (r for r in found.values() if r.severity != "offer" or r.api not in refused)
    order = {"refuse": 0, "warn": 1, "offer": 2}
    return tuple(sorted(kept, key=lambda refusal: order[refusal.severity]))
