"""The part of a dual run's report that checklists read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checklists.errors import VerifyReportInvalid

ReportVerdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]


class _Part(BaseModel):
    """The report holds more than we read, so other keys are fine."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class RouteResult(_Part):
    verdict: ReportVerdict
    messages: int = Field(default=0, description="messages that were compared; a PASS over 0 proves nothing")
    differences: int = 0


class Difference(_Part):
    kind: str = Field(alias="class")


class VerifyReport(_Part):
    schema_version: Literal[1]
    verdict: ReportVerdict
    finished_at: str
    sessions: int
    routes: dict[str, RouteResult]
    differences: tuple[Difference, ...] = ()
    reasons: tuple[str, ...] = ()


def parse(report: dict[str, Any]) -> VerifyReport:
    """Raises ValueError, whose text is one sentence, for a report that is not of schema 1."""
    version = report.get("schema_version")
    if version != 1:
        raise ValueError(f"its schema_version is {version!r}; this version reads 1")
    try:
        return VerifyReport.model_validate(report)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {first['msg']}") from error


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
