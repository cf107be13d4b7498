"""Eyes on the real AWS: a survey of only the services that can tell, right now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from checklists.aws import types
from checklists.aws.access import AccountAccess, AccountNotReached
from checklists.aws.accounts import enter
from checklists.aws.estate import Account, Estate, Thing
from checklists.aws.failures import IMPORTED_BY_NOBODY, failure, is_code
from checklists.aws.ledger import Ledger
from checklists.aws.measured import Metric
from checklists.aws.survey import survey
from checklists.idle.model import IdleProof
from checklists.idle.of_apis import idle_proofs
from checklists.idle.proof import worst
from checklists.referrers.links import links
from checklists.referrers.model import Fate
from checklists.referrers.operations import NEEDS, Knowledge
from checklists.teardown.clock import Clock
from checklists.teardown.digests import parts_of
from checklists.teardown.execute.aws_counts import capacity_of, counted, invocations_of, knocks_at
from checklists.teardown.execute.eyes import BackupSeen, Counted, Sight, Unseen
from checklists.teardown.execute.listing import listed_by, services_for, services_of_users
from checklists.teardown.model import TeardownPlan
from checklists.teardown.steps.parts import domain_name


class AwsEyes:
    """Of one account, with read access. Looks as the plan says where, and for whom."""

    def __init__(self, access: AccountAccess, plan: TeardownPlan, clock: Clock) -> None:
        self._access, self._plan, self._clock = access, plan, clock

    def account(self) -> Account:
        try:
            return enter(self._access, self._plan.surveyed, Ledger()).account
        except AccountNotReached as error:
            raise Unseen("sts:GetCallerIdentity", "failed", f"{error.problem} ({error.code})") from error

    def look(self, subjects: Mapping[str, str], *, users: bool = False) -> Sight:
        kinds = frozenset(subjects.values())
        estate = self._survey(services_of_users(kinds) if users else services_for(kinds), subjects)
        things: dict[str, Thing] = {}
        for arn, kind in subjects.items():
            thing = estate.thing(arn)
            if thing is None:
                self._surely_absent(estate, arn, kind)
            else:
                things[arn] = thing
        if users:
            self._all_asked(estate, things.values())
        return Sight(
            things=things,
            parts={arn: parts_of(estate, thing) for arn, thing in things.items()},
            uses=links(estate) if users else (),
            mappings={arn: _domains_of(estate, thing) for arn, thing in things.items() if thing.type == types.API},
        )

    def idle(self, api: str, window: timedelta) -> IdleProof:
        estate = self._survey(frozenset({"apigatewayv2", "lambda", "dynamodb", "iam", "cloudwatch"}), {}, window)
        going = [Fate(subject=arn, verdict="delete", why="It is in the plan.") for arn in sorted(self._plan.going)]
        now = self._clock.now()
        proofs = idle_proofs(estate, [api], links(estate), going, window=window, now=now)
        return worst(proofs)

    def knocks(self, api: str, since: datetime, until: datetime) -> Counted:
        return self._counted(knocks_at(api), since, until)

    def life(self, subject: str, kind: str, since: datetime) -> Counted:
        if kind == types.FUNCTION:
            metrics = invocations_of(subject)
        else:
            table = self.look({subject: kind}).things.get(subject)
            indexes = table.properties.get("GlobalSecondaryIndexes") if table is not None else None
            metrics = capacity_of(subject, indexes)
        return self._counted(metrics, since, self._clock.now())

    def imports(self, stack: str) -> tuple[str, ...]:
        region = stack.split(":")[3]
        exports = [
            one["Name"]
            for one in self._paged(region, "cloudformation", "list_exports", "Exports")
            if one.get("ExportingStackId") == stack
        ]
        found: set[str] = set()
        for name in exports:
            found.update(self._importers(region, name))
        return tuple(sorted(found))

    def backups(self, table: str, name: str) -> tuple[BackupSeen, ...]:
        region, id_ = table.split(":")[3], table.rpartition("/")[2]
        listed = self._paged(region, "dynamodb", "list_backups", "BackupSummaries", TableName=id_, BackupType="USER")
        return tuple(
            BackupSeen(one["BackupArn"], one["BackupStatus"], one["BackupCreationDateTime"])
            for one in listed
            if one["BackupName"] == name and one.get("TableArn", table) == table
        )

    def _survey(
        self, services: frozenset[str], subjects: Mapping[str, str], window: timedelta = timedelta(days=1)
    ) -> Estate:
        functions = frozenset(arn for arn, kind in subjects.items() if kind == types.FUNCTION)
        try:
            return survey(
                [self._access],
                self._plan.surveyed,
                window=window,
                now=self._clock.now(),
                services=services,
                also=functions,
            )
        except AccountNotReached as error:
            raise Unseen("sts:GetCallerIdentity", _kind(error.code), f"{error.problem} ({error.code})") from error

    def _surely_absent(self, estate: Estate, arn: str, kind: str) -> None:
        """Raises Unseen unless what would have listed it was asked and answered whole."""
        operations = listed_by(kind)
        region = _region_of(arn, kind)
        if not operations or not estate.known(operations, self._plan.account, region, arn):
            gaps = estate.gaps_of(operations, self._plan.account, region)
            gap = gaps[0] if gaps else None
            raise Unseen(
                gap.operation if gap else min(operations, default=kind),
                gap.kind if gap else "failed",
                gap.message if gap else "it was not asked",
            )

    def _all_asked(self, estate: Estate, things: Iterable[Thing]) -> None:
        """Raises Unseen when an operation that could have told of a user was not answered."""
        knowledge = Knowledge(estate)
        for thing in things:
            if thing.type in NEEDS and (missing := next(knowledge.missing(thing), None)):
                operation = missing.partition(" ")[0]
                gap = next((one for one in estate.gaps if one.operation == operation), None)
                raise Unseen(missing, gap.kind if gap else "failed", gap.message if gap else "")

    def _counted(self, metrics: Sequence[Metric], since: datetime, until: datetime) -> Counted:
        region = metrics[0].subject.split(":")[3]
        try:
            return counted(self._client(region, "cloudwatch"), metrics, since, until, self._clock.now())
        except (BotoCoreError, ClientError) as error:
            raise _unseen("cloudwatch:GetMetricData", error) from error

    def _importers(self, region: str, export: str) -> list[str]:
        """AWS answers with an error when nobody imports it."""
        try:
            return [
                str(one) for one in self._pages(region, "cloudformation", "list_imports", "Imports", ExportName=export)
            ]
        except (BotoCoreError, ClientError) as error:
            if is_code(error, IMPORTED_BY_NOBODY):
                return []
            raise _unseen("cloudformation:ListImports", error) from error

    def _paged(self, region: str, service: str, operation: str, key: str, **parameters: str) -> list[dict[str, Any]]:
        try:
            return self._pages(region, service, operation, key, **parameters)
        except (BotoCoreError, ClientError) as error:
            raise _unseen(f"{service}:{operation}", error) from error

    def _pages(self, region: str, service: str, operation: str, key: str, **parameters: str) -> list[Any]:
        pages = self._client(region, service).get_paginator(operation).paginate(**parameters)
        return [one for page in pages for one in page.get(key, ())]

    def _client(self, region: str, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no common type
        return self._access.client(service, region)


def _domains_of(estate: Estate, api: Thing) -> tuple[str, ...]:
    asked = frozenset({"apigatewayv2:GetDomainNames", "apigatewayv2:GetApiMappings"})
    if not estate.known(asked, api.account, api.region):
        raise Unseen("apigatewayv2:GetApiMappings", "failed", "not all custom domains could be asked")
    return tuple(
        sorted(
            domain_name(one.arn)
            for one in estate.of_type(types.MAPPING)
            if one.properties.get("ApiId") == api.id and (one.account, one.region) == (api.account, api.region)
        )
    )


GLOBAL: Final = frozenset(
    {types.ROLE, types.USER, types.GROUP, types.POLICY, types.RECORD, types.DASHBOARD, types.DISTRIBUTION}
)


def _region_of(arn: str, kind: str) -> str:
    return types.GLOBAL_REGION if kind in GLOBAL else arn.split(":")[3]


def _unseen(operation: str, error: Exception) -> Unseen:
    what = failure(error)
    return Unseen(operation, what.kind, f"{what.message} ({what.code})")


def _kind(code: str) -> Any:  # noqa: ANN401 - a GapKind
    return "expired" if code.startswith(("ExpiredToken", "RequestExpired", "TokenRefresh")) else "failed"
