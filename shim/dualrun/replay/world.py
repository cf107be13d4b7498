"""What both sides of a dual run are given alike: clock, draws, environment."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shim.dualrun.replay.functions import OutsideFunction
from shim.dualrun.replay.stubs import Stub

_KEPT = ("PATH", "HOME", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV")
"""Variables that a Python process needs to start. All others of this process, credentials first, stay here."""

_PINNED = {
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def _now() -> float:
    return float(int(time.time()))


@dataclass(frozen=True, slots=True)
class World:
    """All runs of a dual run are given the same one.

    at: when the first session begins, in whole seconds since 1970; by default now, since tokens of sessions are made
        for now. seed: for what the application draws.
    stubs: what answers in place of other hosts; for those that none answers for, an answer is made up.
    functions: those that something other than routes runs.
    resources: of AWS, beside tables, as `start_local_aws` takes them; the legacy path finds its own.
    libraries: folder of packages that the application may import beside those that are there; None for none.
    """

    at: float = field(default_factory=_now)
    seed: int = 0
    stubs: tuple[Stub, ...] = ()
    functions: tuple[OutsideFunction, ...] = ()
    resources: tuple[Mapping[str, Any], ...] = ()
    libraries: Path | None = None

    def pins(self, folder: Path, variables: Mapping[str, str]) -> tuple[str, ...]:
        """Options for pinned/start.py. What may be long or secret lies in `folder`, not on the command line.

        `variables`: of functions outside, which on one side are told where to push.
        """
        stubs = folder / "stubs.json"
        stubs.write_text(json.dumps([stub.to_record() for stub in self.stubs]), "utf-8")
        pins: tuple[str, ...] = ("--at", str(self.at), "--seed", str(self.seed), "--stubs", str(stubs))
        if self.libraries is not None:
            pins = (*pins, "--libraries", str(self.libraries))
        if not self.functions:
            return pins
        functions = folder / "functions.json"
        told = {"functions": [one.to_record() for one in self.functions], "variables": dict(variables)}
        functions.write_text(json.dumps(told), "utf-8")
        return (*pins, "--functions", str(functions))


def pinned_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What both sides see: a fixed zone and hash seed, and the application's own variables.

    Not those that a Python process needs to start: a deployed function's `PYTHONPATH` names folders of Lambda's.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_PINNED, **{name: value for name, value in environment.items() if name not in _KEPT}}
