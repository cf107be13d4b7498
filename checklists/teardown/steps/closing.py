"""What people do at the end: files, and looking again later."""

from __future__ import annotations

from typing import Final

from checklists.teardown.model import Step, Undo
from checklists.teardown.situation import Situation

DAY_S: Final = 86_400.0
AFTER_TWO_DAYS: Final = """Bills have no line of the APIs any more, nobody has complained, and a new survey finds \
nothing that was left behind"""
AFTER_A_MONTH: Final = "What a month costs can be compared now; write it down, archive the report, end the migration"
DELETING: Final = ("stacks", "apis", "triggers", "functions", "logs", "tables", "permissions", "domains", "watching")


def files(situation: Situation, before: list[Step]) -> list[Step]:
    waits = tuple(step.id for step in before if step.phase in DELETING) or tuple(step.id for step in before)
    return [
        Step(
            id="files",
            number=0,
            phase="files",
            kind="person",
            subject="",
            title="Take what is gone out of the infrastructure files",
            why="Modules, templates, outputs and exports that name it would make it anew, or fail. `ws2sse migrate` "
            "has written the change as migration/remove-websocket.patch beside the migrated application. Then the "
            "tool's own plan has to show no change",
            depends_on=waits,
            command="git apply --check migration/remove-websocket.patch && git apply migration/remove-websocket.patch",
            files=tuple(sorted(set(situation.declared.values()))),
            undo=Undo(words="git apply -R migration/remove-websocket.patch"),
        )
    ]


def confirm(_situation: Situation, before: list[Step]) -> list[Step]:
    waits = tuple(step.id for step in before if step.phase in (*DELETING, "files") and step.kind != "person")
    waits = waits or tuple(step.id for step in before)
    return [
        _later("confirm-48h", "Look after 48 hours", 2 * DAY_S, waits, AFTER_TWO_DAYS),
        _later("confirm-30d", "Look after 30 days", 30 * DAY_S, waits, AFTER_A_MONTH),
    ]


def _later(id_: str, title: str, wait_s: float, waits: tuple[str, ...], why: str) -> Step:
    return Step(
        id=id_,
        number=0,
        phase="confirm",
        kind="wait",
        subject="",
        title=title,
        why=why,
        depends_on=waits,
        wait_s=wait_s,
        undo=Undo(words="Nothing is changed by looking."),
        command="ws2sse checklist . --aws",
    )
