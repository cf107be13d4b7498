"""What the command prints, keeps and reads, as JSON schemas: docs/reference/schema is made from here."""

from __future__ import annotations

import json
from typing import Final

from pydantic import BaseModel

from checklists.aws.estate import Estate
from checklists.history.diff import RunDiff
from checklists.history.model import Run
from checklists.outputs.json import ChecklistDocument
from checklists.teardown.model import TeardownPlan
from migrator.inventory.model import Inventory
from migrator.ratchet import Baseline
from migrator.rewrite.result import MigrationResult
from migrator.transaction.journal import Journal
from migrator.transaction.plan_file import PlanFile
from shim.dualrun.record.scenario_model import ScenarioModel
from shim.dualrun.report.document import ReportDocument

DOCUMENTS: Final[dict[str, tuple[type[BaseModel], str]]] = {
    "inventory": (Inventory, "ws2sse scan APP --format json"),
    "migration": (MigrationResult, "ws2sse migrate APP --format json"),
    "baseline": (Baseline, "ws2sse scan APP --baseline FILE --write-baseline"),
    "plan": (PlanFile, "ws2sse migrate APP --plan FILE"),
    "verify": (ReportDocument, "ws2sse verify APP NEW --format json"),
    "checklist": (ChecklistDocument, "ws2sse checklist APP --format json"),
    "checklist-run": (Run, "ws2sse checklist APP --record"),
    "checklist-diff": (RunDiff, "ws2sse checklist diff APP --format json"),
    "survey": (Estate, "ws2sse checklist APP --aws --save-estate FILE"),
    "teardown": (TeardownPlan, "ws2sse teardown plan APP --out FILE"),
    "journal": (Journal, "ws2sse migrate APP --out NEW"),
}
"""Name of the schema -> the model, and the command whose output it describes."""

READ: Final[dict[str, tuple[type[BaseModel], str]]] = {
    "scenario": (ScenarioModel, "ws2sse verify APP NEW --sessions FILE"),
}
"""The same of what people write; editors take these schemas for YAML too."""


def schema(name: str) -> str:
    """JSON schema, draft 2020-12, of one document as it is written or read."""
    if name in READ:
        model, command = READ[name]
        described, does = model.model_json_schema(mode="validation"), "Read"
    else:
        model, command = DOCUMENTS[name]
        described, does = model.model_json_schema(mode="serialization"), "Written"
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "description": f"{described.get('description', '')} {does} by `{command}`.".strip(),
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"
