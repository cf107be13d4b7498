"""Domains and certificates, alarms and dashboards: what was needed to see that all went well goes last."""

from __future__ import annotations

from typing import Any, Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.model import Phase, Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import absent, call, called, ids, no_referrers, unchanged

BEFORE_WATCHING: Final = ("stacks", "apis", "functions", "logs", "tables", "permissions", "domains")


def domains(situation: Situation, before: list[Step]) -> list[Step]:
    waits = ids(before, "unmap", "stacks", "apis") or ids(before, "quiet", "snapshot")
    steps = [
        _deletion(
            domain,
            "domains",
            waits,
            "It led only to what is gone",
            "apigatewayv2.delete_domain_name",
            {"DomainName": domain.id},
            "It can be made again from the snapshot, with another target: DNS records have to follow.",
            situation,
        )
        for domain in situation.deleted(types.DOMAIN)
    ]
    after = tuple(step.id for step in steps) or waits
    certificates = [
        _deletion(
            certificate,
            "domains",
            after,
            "Only the custom domain used it",
            "acm.delete_certificate",
            {"CertificateArn": certificate.arn},
            "It can't be taken back: a new one is requested, and validated.",
            situation,
        )
        for certificate in situation.deleted(types.CERTIFICATE)
    ]
    return [*steps, *certificates]


def watching(situation: Situation, before: list[Step]) -> list[Step]:
    waits = ids(before, *BEFORE_WATCHING) or ids(before, "quiet", "snapshot")
    composites = [
        _alarm(alarm, waits, "It is made of alarms that go", situation)
        for alarm in situation.deleted(types.COMPOSITE_ALARM)
    ]
    after = tuple(step.id for step in composites) or waits
    alarms = [_alarm(alarm, after, "What it watched is gone", situation) for alarm in situation.deleted(types.ALARM)]
    dashboards = [
        _deletion(
            dashboard,
            "watching",
            waits,
            "All its widgets show what is gone",
            "cloudwatch.delete_dashboards",
            {"DashboardNames": [dashboard.name]},
            "It can be made again from the snapshot, which has its body.",
            situation,
        )
        for dashboard in situation.deleted(types.DASHBOARD)
    ]
    return [*composites, *alarms, *dashboards]


def _alarm(alarm: Thing, waits: tuple[str, ...], why: str, situation: Situation) -> Step:
    undo = "It can be made again from the snapshot, which has all its settings."
    return _deletion(
        alarm, "watching", waits, why, "cloudwatch.delete_alarms", {"AlarmNames": [alarm.name]}, undo, situation
    )


def _deletion(
    thing: Thing,
    phase: Phase,
    waits: tuple[str, ...],
    why: str,
    operation: str,
    parameters: dict[str, Any],
    undo: str,
    situation: Situation,
) -> Step:
    return Step(
        id=f"delete {thing.arn}",
        number=0,
        phase=phase,
        kind="delete",
        subject=thing.arn,
        type=thing.type,
        title=f"Delete {called(thing)}",
        why=why,
        users=situation.users_of(thing.arn),
        gates=(unchanged(thing), no_referrers(thing)),
        depends_on=waits,
        calls=(call(thing, operation, **parameters),),
        checks=(absent(thing),),
        undo=Undo(words=undo),
        saves_usd_month=situation.savings.get(thing.arn),
    )
