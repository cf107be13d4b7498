"""An account in memory that can be looked at and changed, and in which things go wrong when they are told to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from checklists.aws import types
from checklists.aws.estate import Account, Thing
from checklists.idle.model import IdleProof
from checklists.referrers.model import Use
from checklists.teardown.execute.eyes import BackupSeen, Counted, Sight, Unseen
from checklists.teardown.execute.hands import CallFailed
from checklists.teardown.model import Call
from tests.checklists.teardown import world


class Died(BaseException):
    """The process ends here."""


@dataclass
class HandClock:
    at: datetime = world.NOW
    ticks: list[Callable[[datetime], None]] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def wait_until(self, moment: datetime) -> None:
        self.at = max(self.at, moment)
        for tick in self.ticks:
            tick(self.at)


@dataclass
class Cloud:
    clock: HandClock
    things: dict[str, Thing] = field(default_factory=world.things)
    uses: list[Use] = field(default_factory=list)
    proof: str = "supports"
    knocked: list[tuple[datetime, int]] = field(default_factory=list)
    lived: dict[str, float] = field(default_factory=dict)
    importers: tuple[str, ...] = ()
    made: list[BackupSeen] = field(default_factory=list)
    blind: dict[str, Unseen] = field(default_factory=dict)
    """Method of the eyes -> what it raises."""
    trouble: dict[str, list[CallFailed | BaseException | str]] = field(default_factory=dict)
    """Operation -> what happens at its next calls: raised before the effect; 'lost': raised after it; 'ok'."""
    calls: list[Call] = field(default_factory=list)
    account_id: str = world.ACCOUNT
    alias: str = "shop-test"

    # eyes

    def account(self) -> Account:
        self._see("account")
        return Account(id=self.account_id, alias=self.alias)

    def look(self, subjects: Mapping[str, str], *, users: bool = False) -> Sight:
        self._see("look")
        things = {arn: self.things[arn] for arn in subjects if arn in self.things}
        parts = {
            arn: tuple(one for one in self.things.values() if one.arn.startswith(f"{arn}/") and one.type in world.PARTS)
            for arn, thing in things.items()
            if thing.type == types.API
        }
        mapped = tuple(one.arn.split("/")[2] for one in self.things.values() if one.type == types.MAPPING)
        return Sight(things, parts, tuple(self.uses) if users else (), {world.API: mapped} if users else {})

    def idle(self, api: str, window: timedelta) -> IdleProof:
        self._see("idle")
        return world.idle(self.proof)[0]

    def knocks(self, api: str, since: datetime, until: datetime) -> Counted:
        self._see("knocks")
        found = sum(count for at, count in self.knocked if since <= at <= until)
        return Counted(found or None, f"{found} ExecutionError" if found else "")

    def life(self, subject: str, kind: str, since: datetime) -> Counted:
        self._see("life")
        return Counted(self.lived.get(subject), f"{self.lived.get(subject)} Invocations")

    def imports(self, stack: str) -> tuple[str, ...]:
        return self.importers

    def backups(self, table: str, name: str) -> tuple[BackupSeen, ...]:
        self._see("backups")
        return tuple(self.made)

    def _see(self, what: str) -> None:
        if what in self.blind:
            raise self.blind[what]

    # hands

    def call(self, call: Call) -> dict[str, Any]:
        self.calls.append(call)
        waiting = self.trouble.get(call.operation, [])
        what = waiting.pop(0) if waiting else "ok"
        if isinstance(what, BaseException):
            raise what
        if what != "dies after":
            self._effect(call)
        if what == "lost":
            raise CallFailed(call, "unreachable", "ReadTimeoutError", "no answer came")
        return {}

    def _effect(self, call: Call) -> None:
        by = call.parameters
        match call.operation:
            case "put_function_concurrency":
                self._set(self._lambda(by), ReservedConcurrentExecutions=by["ReservedConcurrentExecutions"])
            case "delete_function_concurrency":
                self._set(self._lambda(by), ReservedConcurrentExecutions=None)
            case "update_stage":
                self._set(world.STAGE, DefaultRouteSettings=by["DefaultRouteSettings"])
            case "update_api":
                self._set(world.API, DisableExecuteApiEndpoint=by["DisableExecuteApiEndpoint"])
            case "disable_alarm_actions" | "enable_alarm_actions":
                self._set(world.ALARM, ActionsEnabled=call.operation.startswith("enable"))
            case "delete_api_mapping":
                self._delete(call, world.MAPPING)
            case "create_api_mapping":
                self.things[world.MAPPING] = world.things()[world.MAPPING]
            case "delete_stage":
                self._delete(call, world.STAGE)
            case "delete_api":
                if world.MAPPING in self.things:
                    raise CallFailed(call, "failed", "BadRequestException", "Please remove all API mappings")
                for arn in [arn for arn in self.things if arn == world.API or arn.startswith(f"{world.API}/")]:
                    del self.things[arn]
            case "delete_function":
                self._delete(call, self._lambda(by))
            case "put_retention_policy":
                self._set(world.LOGS, retentionInDays=by["retentionInDays"])
            case "delete_retention_policy":
                self._set(world.LOGS, retentionInDays=None)
            case "create_backup":
                self.made.append(BackupSeen(f"{world.TABLE}/backup/1", "AVAILABLE", self.clock.now()))
            case "update_table":
                self._set(world.TABLE, DeletionProtectionEnabled=by["DeletionProtectionEnabled"])
            case "delete_table":
                if self.things[world.TABLE].properties["DeletionProtectionEnabled"]:
                    raise CallFailed(call, "failed", "ValidationException", "deletion protection")
                self._delete(call, world.TABLE)
            case "detach_role_policy":
                self._set(world.ROLE, AttachedPolicies=[])
            case "delete_role_policy":
                self._set(world.ROLE, Policies={})
            case "delete_role":
                if (
                    self.things[world.ROLE].properties["Policies"]
                    or self.things[world.ROLE].properties["AttachedPolicies"]
                ):
                    raise CallFailed(call, "failed", "DeleteConflict", "must detach all policies first")
                self._delete(call, world.ROLE)
            case "put_dashboard":
                self._set(world.DASHBOARD, Body=json.loads(str(by["DashboardBody"])))
            case "delete_alarms":
                self._delete(call, world.ALARM)
            case "create_deployment":
                pass
            case other:
                raise AssertionError(f"nobody thought of {other}")

    def _lambda(self, by: Mapping[str, Any]) -> str:
        return f"arn:aws:lambda:{world.REGION}:{world.ACCOUNT}:function:{by['FunctionName']}"

    def _set(self, arn: str, **properties: Any) -> None:
        thing = self.things[arn]
        self.things[arn] = thing.model_copy(update={"properties": {**thing.properties, **properties}})

    def _delete(self, call: Call, arn: str) -> None:
        if arn not in self.things:
            raise CallFailed(call, "failed", "NotFoundException", "there is none")
        del self.things[arn]
