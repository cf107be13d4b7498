"""Alarms and dashboards: those of the new path have to be there before those of the old one go."""

from __future__ import annotations

from fnmatch import fnmatchcase

from checklists.aws import types
from checklists.aws.listed import LISTED_BY
from checklists.evidence import Evidence, Pointer
from checklists.facts import Facts
from checklists.model import Item
from checklists.probes.live import none_left, operations_of, places, still_standing
from checklists.probes.probe import probe
from checklists.probes.resources import resources
from checklists.probes.survey import unanswered
from checklists.probes.wording import count, listed
from migrator.inventory.model import Resource

_ALARMS = (types.ALARM, types.COMPOSITE_ALARM)


@probe(operations=LISTED_BY[types.DASHBOARD])
def dashboards(facts: Facts, _: Item) -> Evidence:
    """A dashboard of the new path, as the settings name it (`new_path.dashboards`), stands in AWS."""
    found = resources(facts, "AWS::CloudWatch::Dashboard")
    return _watched(facts, "dashboard", (types.DASHBOARD,), facts.settings.new_path.dashboards, found)


@probe(operations=LISTED_BY[types.ALARM])
def alarms(facts: Facts, _: Item) -> Evidence:
    """An alarm of the new path, as the settings name it (`new_path.alarms`), stands in AWS."""
    found = resources(facts, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    return _watched(facts, "alarm", _ALARMS, facts.settings.new_path.alarms, found)


@probe(operations=LISTED_BY[types.ALARM])
def alarm_actions_off(facts: Facts, _: Item) -> Evidence:
    """Every alarm that goes has its actions switched off, or is gone."""
    problem = unanswered(facts, LISTED_BY[types.ALARM])
    if problem:
        return problem
    standing = still_standing(facts, _ALARMS)
    if not standing:
        return none_left(facts, _ALARMS, "alarm")
    loud = [alarm for alarm in standing if alarm.properties.get("ActionsEnabled") is not False]
    told = tuple(facts.fact("aws.actions_enabled", alarm.arn, alarm in loud, source="aws") for alarm in standing)
    if loud:
        names = places(loud)
        return Evidence(verdict="refutes", summary=f"Would page somebody: {names}.", facts=told)
    return Evidence(verdict="supports", summary=f"{count(len(standing), 'alarm')} with actions off.", facts=told)


def _watched(
    facts: Facts, noun: str, kinds: tuple[str, ...], patterns: tuple[str, ...], declared: list[Resource]
) -> Evidence:
    if facts.live is None or not patterns:
        return _listed(noun, declared)
    problem = unanswered(facts, operations_of(kinds))
    if problem:
        return problem
    found = [
        thing for thing in facts.live.estate.of_type(*kinds) if any(fnmatchcase(thing.name, one) for one in patterns)
    ]
    told = tuple(facts.fact("aws.standing", thing.arn, value=True, source="aws") for thing in found)
    if found:
        names = places(found)
        return Evidence(verdict="supports", summary=f"{count(len(found), noun)} of the new path: {names}.", facts=told)
    return Evidence(verdict="refutes", summary=f"No {noun} in AWS is called {listed(patterns)}.")


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
