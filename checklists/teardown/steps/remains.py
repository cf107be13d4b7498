"""Domains and certificates, alarms and dashboards: what was needed to see that all went well goes last."""

from __future__ import annotations

from typing import Final

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.teardown.model import Call, Phase, Step
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import call, deletion, ids, no_referrers

BEFORE_WATCHING: Final = ("stacks", "apis", "functions", "logs", "tables", "permissions", "domains")


def domains(situation: Situation, before: list[Step]) -> list[Step]:
    waits = ids(before, "unmap", "stacks", "apis") or ids(before, "quiet", "snapshot")
    steps = [
        _deletion(
            situation,
            domain,
            "domains",
            waits,
            "It led only to what is gone",
            call(domain, "apigatewayv2.delete_domain_name", DomainName=domain.id),
            "It can be made again from the snapshot, with another target: DNS records have to follow.",
        )
        for domain in situation.deleted(types.DOMAIN)
    ]
    after = tuple(step.id for step in steps) or waits
    certificates = [
        _deletion(
            situation,
            certificate,
            "domains",
            after,
            "Only the custom domain used it",
            call(certificate, "acm.delete_certificate", CertificateArn=certificate.arn),
            "It can't be taken back: a new one is requested, and validated.",
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
            situation,
            dashboard,
            "watching",
            waits,
            "All its widgets show what is gone",
            call(dashboard, "cloudwatch.delete_dashboards", DashboardNames=[dashboard.name]),
            "It can be made again from the snapshot, which has its body.",
        )
        for dashboard in situation.deleted(types.DASHBOARD)
    ]
    return [*composites, *alarms, *dashboards]


def _alarm(alarm: Thing, waits: tuple[str, ...], why: str, situation: Situation) -> Step:
    undo = "It can be made again from the snapshot, which has all its settings."
    deleting = call(alarm, "cloudwatch.delete_alarms", AlarmNames=[alarm.name])
    return _deletion(situation, alarm, "watching", waits, why, deleting, undo)


def _deletion(
    situation: Situation, thing: Thing, phase: Phase, waits: tuple[str, ...], why: str, deleting: Call, undo: str
) -> Step:
    step = deletion(thing, phase, waits, why, deleting, undo, no_referrers(thing))
    more = {"users": situation.users_of(thing.arn), "saves_usd_month": situation.savings.get(thing.arn)}
    return step.model_copy(update=more)
