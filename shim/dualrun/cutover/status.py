"""What holds now, as JSON for operators: on the command line, on the console page, over HTTP."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shim.dualrun.cutover.control import stage_to_fall_back_to
from shim.dualrun.cutover.operators import shown_entry
from shim.dualrun.cutover.service import CutoverService
from shim.dualrun.cutover.stages import MEANINGS, after
from shim.dualrun.cutover.verdict_words import verdict_words


def status_of(service: CutoverService) -> dict[str, Any]:
    """clients: how many connections each service serves. held_s: how long nobody goes forward without force."""
    control = service.control
    position, meaning = control.position, MEANINGS[control.position.stage]
    counted = Counter(client.place for client in service.clients.values())
    return {
        **position.to_record(),
        "about": meaning.about,
        "next": after(position.stage),
        "falls_back_to": stage_to_fall_back_to(position) if meaning.falls_back and not position.frozen else None,
        "read_only_routes": list(service.options.read_only_routes),
        "number": control.number,
        "last": shown_entry(control.last),
        "unwritten": control.unwritten,
        "held_s": round(control.held_s(), 1),
        "clients": {"old": counted["old"], "new": counted["new"]},
        "observed": service.observed.to_record(),
    }


def shown_on_console(service: CutoverService) -> dict[str, Any]:
    """The stage and the running verdict, in short."""
    verdict, position = service.observed.verdict.in_short(), service.control.position
    return {
        "stage": position.stage,
        "frozen": position.frozen,
        "verdict": verdict["verdict"],
        "words": verdict_words(verdict),
    }
