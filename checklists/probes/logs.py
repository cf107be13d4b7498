"""Log groups and their retention, tables and their backups: what has to be settled before things go."""

from __future__ import annotations

from checklists.aws import types
from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence, Pointer
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.live import places, still_standing, together
from checklists.probes.probe import probe
from checklists.probes.resources import resources
from checklists.probes.survey import unanswered
from checklists.probes.wording import count
from migrator.inventory.model import Resource

_RETENTION = ("RetentionInDays", "logRetentionInDays")
_BACKED_UP = (*LISTED_BY[types.TABLE], "dynamodb:DescribeContinuousBackups", "dynamodb:ListBackups")


@probe(operations=LISTED_BY[types.LOG_GROUP])
def log_retention(facts: Facts, _: Item) -> Evidence:
    """Every log group that goes has a retention, as the files say, and the account where it was asked."""
    files = _declared_retention(facts)
    return files if facts.live is None else together(files, _live_retention(facts), facts)


@probe(operations=_BACKED_UP)
def tables_backed_up(facts: Facts, _: Item) -> Evidence:
    """Every table that goes has a backup or point-in-time recovery."""
    problem = unanswered(facts, _BACKED_UP)
    if problem:
        return problem
    tables = still_standing(facts, (types.TABLE,))
    if not tables:
        return Evidence(verdict="no_data", summary="The survey sees no table that goes; a backup is for you to find.")
    bare = [table for table in tables if not table.properties.get("Backups") and not _recoverable(table.properties)]
    told = tuple(facts.fact("aws.backed_up", table.arn, table not in bare, source="aws") for table in tables)
    if bare:
        names = places(bare)
        return Evidence(verdict="refutes", summary=f"No backup of {names}.", facts=told)
    return Evidence(verdict="supports", summary=f"{count(len(tables), 'table')} with a backup.", facts=told)


def _declared_retention(facts: Facts) -> Evidence:
    """Can support, never refute: a framework may set what the scan does not see. A group without it never expires.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
    """
    known = [r for r in facts.inventory.resources if r.use != "unrelated" and _days(r)]
    open_groups = [group for group in resources(facts, "AWS::Logs::LogGroup") if not _days(group)]
    pointers = (
        *(Pointer(location=r.location, note=f"{r.id}: no retention known") for r in open_groups),
        *(Pointer(location=r.location, note=f"{r.id}: {_days(r)} days") for r in known),
    )
    if open_groups:
        summary = (
            f"No retention is known for {count(len(open_groups), 'log group')}; without one, logs are kept for ever."
        )
        return Evidence(verdict="no_data", summary=summary, locations=pointers)
    if not known:
        summary = "The files declare no log group; Lambda makes its groups by itself, and keeps their logs for ever."
        return Evidence(verdict="no_data", summary=summary)
    summary = f"A retention is declared in {count(len(known), 'place')}."
    return Evidence(verdict="supports", summary=summary, locations=pointers)


def _live_retention(facts: Facts) -> Evidence:
    problem = unanswered(facts, LISTED_BY[types.LOG_GROUP])
    if problem:
        return problem
    groups = still_standing(facts, (types.LOG_GROUP,))
    if not groups:
        return Evidence(verdict="no_data", summary="The survey sees no log group that goes.")
    told = tuple(
        facts.fact(
            "aws.retention", group.arn, _number(group.properties.get("retentionInDays")), source="aws", unit="days"
        )
        for group in groups
    )
    open_ = [group for group in groups if not group.properties.get("retentionInDays")]
    if open_:
        names = places(open_)
        return Evidence(verdict="refutes", summary=f"Kept for ever in AWS: {names}.", facts=told)
    summary = f"{count(len(groups), 'log group')} in AWS with a retention."
    return Evidence(verdict="supports", summary=summary, facts=told)


def _recoverable(properties: object) -> bool:
    said = properties.get("PointInTimeRecovery") if isinstance(properties, dict) else None
    if isinstance(said, dict):
        said = said.get("PointInTimeRecoveryStatus")
    return said is True or said == "ENABLED"


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) else None


def _days(resource: Resource) -> str:
    return next((resource.properties[name] for name in _RETENTION if resource.properties.get(name)), "")
