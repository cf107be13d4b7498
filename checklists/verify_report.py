"""The part of a dual run's report that checklists read."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checklists.errors import VerifyReportInvalid
from migrator.validation import first_problem

ReportVerdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]

SCHEMAS: Final = (1, 2)
"""Versions that are read; reports that were kept as evidence stay readable."""


class _Part(BaseModel):
    """The report holds more than we read, so other keys are fine."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class RouteResult(_Part):
    verdict: ReportVerdict
    messages: int = Field(default=0, description="messages that were compared; a PASS over 0 proves nothing")
    differences: int = 0


class Difference(_Part):
    kind: str = Field(alias="class")


class Tally(_Part):
    """One class of difference, for one route and one type of message."""

    kind: str = Field(alias="class")
    unexplained: int


class VerifyReport(_Part):
    """Schema 1 has no tally: there, every difference is one that nothing explains, and the first 200 are listed."""

    schema_version: Literal[1, 2]
    verdict: ReportVerdict
    finished_at: str
    sessions: int
    routes: dict[str, RouteResult]
    differences: tuple[Difference, ...] = ()
    tally: tuple[Tally, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def classes(self) -> Counter[str]:
        """How many differences of each class nothing explains."""
        if self.schema_version == 1:
            return Counter(difference.kind for difference in self.differences)
        counted: Counter[str] = Counter()
        for line in self.tally:
            counted[line.kind] += line.unexplained
        return +counted


def parse(report: dict[str, Any]) -> VerifyReport:
    """Raises ValueError, whose text is one sentence, for a report that is not of a schema in SCHEMAS."""
    version = report.get("schema_version")
    if version not in SCHEMAS:
        raise ValueError(f"its schema_version is {version!r}; this version reads {' and '.join(map(str, SCHEMAS))}")
    try:
        return VerifyReport.model_validate(report)
    except ValidationError as error:
        raise ValueError(first_problem(error)) from error


def read_verify_report(path: Path) -> dict[str, Any]:
    """The report in the file, checked. Raises VerifyReportInvalid, or OSError when it can't be opened."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise VerifyReportInvalid(path, f"it is not JSON ({error})") from error
    if not isinstance(report, dict):
        raise VerifyReportInvalid(path, "it is not a JSON object")
    try:
        parse(report)
    except ValueError as error:
        raise VerifyReportInvalid(path, str(error)) from error
    return report
