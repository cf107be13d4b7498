"""The page of the docs on what differences there are: classes, what is different by design, and injected faults."""

from __future__ import annotations

from shim.dualrun.compare.classes import CLASSES
from shim.dualrun.compare.difference import BY_DESIGN
from shim.dualrun.judge.power.faults import FAULTS
from shim.dualrun.judge.power.power import FLOOR
from templates import render


def differences_page() -> str:
    return render(
        "reports/verify/differences.md.j2", classes=CLASSES, by_design=BY_DESIGN, faults=FAULTS, floor=f"{FLOOR:.0%}"
    )
