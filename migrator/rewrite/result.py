"""What `ws2sse migrate` says, as one value: every form of its output is printed from this."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from migrator.inventory.by_route import RoutePlan, UnknownSenders
from migrator.inventory.outcome import Outcome, Status
from migrator.inventory.record import Record
from migrator.markers import GREP
from migrator.rewrite.edit import Plan


class FileChange(Record):
    path: str
    change: Literal["rewritten", "new", "copied", "left_behind"]
    reason: str = Field(default="", description="why it is left behind")


class Unaccounted(Record):
    """A use of the WebSocket API in the result that is neither marked nor accounted for: a bug in ws2sse."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class MigrationResult(Record):
    """The account of one migration. `found` equals the sum of `totals`."""

    schema_version: Literal[1] = 1
    application: str = Field(description="name of the application's folder")
    found: int = Field(description="sites")
    totals: dict[Status, int]
    routes: tuple[RoutePlan, ...]
    unknown_senders: UnknownSenders
    outcomes: tuple[Outcome, ...] = Field(description="one for each site, in the order of path and line")
    findings: tuple[Unaccounted, ...]
    files: tuple[FileChange, ...]
    left: str | None = Field(default=None, description="why nothing is written; None when there is a successor")
    list_markers: str = Field(default=GREP, description="command that lists what is marked, run in the new application")

    @property
    def balance(self) -> str:
        """'found 41 = rewritten 33 + marked 2 + skipped 4 + failed 0 + out of scope 2'."""
        parts = " + ".join(f"{status.replace('_', ' ')} {number}" for status, number in self.totals.items())
        return f"found {self.found} = {parts}"

    @property
    def for_a_person(self) -> tuple[Outcome, ...]:
        """Sites that somebody has to look at: marked, failed, skipped, and edits that change an order or an error.

        A table that stays is none of them, since its code goes on to work; nor is a resource that others share.
        """
        return tuple(
            outcome
            for outcome in self.outcomes
            if outcome.status in {"marked", "failed"}
            or (outcome.status == "skipped" and outcome.site.kind not in {"store_use", "resource"})
            or outcome.safety in {"review", "manual"}
        )

    @property
    def exit_code(self) -> int:
        """0: all is done; 2: the detector found a use that nothing accounts for; 3: sites remain for a person."""
        if self.findings:
            return 2
        return 3 if self.for_a_person else 0


def result_of(plan: Plan) -> MigrationResult:
    new = [FileChange(path=e.path, change="new") for e in plan.edits if e.before is None]
    rewritten = [FileChange(path=e.path, change="rewritten") for e in plan.edits if e.before is not None]
    copied = [FileChange(path=path, change="copied") for path in plan.copies]
    behind = [FileChange(path=item.path, change="left_behind", reason=item.reason) for item in plan.left_behind]
    return MigrationResult(
        application=plan.application.resolve().name,
        found=len(plan.account.found),
        totals=plan.account.totals,
        routes=plan.by_route,
        unknown_senders=plan.unknown_senders,
        outcomes=plan.account.outcomes,
        findings=tuple(Unaccounted(path=f.path, line=f.line, text=f.text) for f in plan.findings),
        left=plan.left,
        files=tuple(sorted((*new, *rewritten, *copied, *behind), key=lambda change: change.path)),
    )
