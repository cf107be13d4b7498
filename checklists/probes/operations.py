"""What the infrastructure files say about logs, dashboards, alarms and money: little."""

from __future__ import annotations

from checklists.evidence import Evidence, Pointer
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.resources import resources
from checklists.probes.wording import count
from migrator.inventory.model import Resource

_RETENTION = ("RetentionInDays", "logRetentionInDays")


def log_retention(facts: Facts, _: Item) -> Evidence:
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


def dashboards(facts: Facts, _: Item) -> Evidence:
    return _listed("dashboard", resources(facts, "AWS::CloudWatch::Dashboard"))


def alarms(facts: Facts, _: Item) -> Evidence:
    return _listed("alarm", resources(facts, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"))


def cost_measured(_: Facts, __: Item) -> Evidence:
    return Evidence(verdict="no_data", summary="Neither scan nor verify measures costs; only your bill knows them.")


def _listed(noun: str, found: list[Resource]) -> Evidence:
    """Never a yes: the files show what there is, not whether it watches the right thing."""
    if not found:
        summary = f"The files that the scan read declare no {noun}; those made by hand are not visible here."
        return Evidence(verdict="no_data", summary=summary)
    return Evidence(
        verdict="no_data",
        summary=f"{count(len(found), noun)} of the WebSocket path to look at; those made by hand are not visible here.",
        locations=tuple(Pointer(location=r.location, note=f"{r.id}: {r.reason}") for r in found),
    )


def _days(resource: Resource) -> str:
    return next((resource.properties[name] for name in _RETENTION if resource.properties.get(name)), "")
