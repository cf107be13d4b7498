"""Starts one migrated application in the world of a dual run, and says as JSON whether it serves.

Started by the harness: python -m bench.corpus.start APP NEW
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from bench.corpus.variables import asked, needed
from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from migrator.sessions import plan_sessions
from shim.dualrun.errors import DualRunError
from shim.dualrun.replay.processes import candidate_process


async def start(app: Path, new: Path) -> dict[str, object]:
    """With the variables that the code can't do without; where that is not enough, with all that it asks for."""
    inventory = scan_application(app)
    plan = plan_sessions(inventory)
    declared = {**plan.service_environment, **plan.environment}
    told = await _serve(inventory, new, {**needed(new), **declared})
    if not told["starts"] and (more := asked(new)):
        again = await _serve(inventory, new, {**more, **needed(new), **declared})
        told = again if again["starts"] else told
    return told


async def _serve(inventory: Inventory, new: Path, environment: Mapping[str, str]) -> dict[str, object]:
    try:
        async with candidate_process(new, environment, inventory.table_definitions) as side:
            base = side.url.removesuffix("/stream")
            async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
                described = await http.get(f"{base}/openapi.json")
                unusable = (await http.get(f"{base}/healthz")).json().get("unusable_handler_files", 0)
                said = f"{unusable} files with handlers can't be imported" if unusable else ""
                return {"starts": described.status_code == 200, "said": said}
    except DualRunError as error:
        return {"starts": False, "said": str(error)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(start(Path(sys.argv[1]), Path(sys.argv[2])))))
