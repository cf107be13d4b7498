"""What becomes of each thing when some WebSocket APIs go.

A thing goes only when everybody who needs it goes, when everything was asked that could have told of another, and when
nothing shows that it lives beside the WebSocket path. Whatever only names what goes is edited. Routes, integrations,
authorizers, stages, models and deployments go with their API.
"""

from __future__ import annotations

from collections.abc import Iterable

from checklists.aws.estate import Estate, Thing
from checklists.referrers.edits import changes
from checklists.referrers.errors import NoSuchWebSocketApi
from checklists.referrers.index import Index
from checklists.referrers.model import Change, Fate, Matching, Use
from checklists.referrers.reach import Graph
from checklists.referrers.reasons import Reasons
from migrator.inventory.model import Inventory


def fates(
    estate: Estate,
    uses: Iterable[Use],
    apis: frozenset[str],
    inventory: Inventory | None = None,
    matching: Matching | None = None,
) -> tuple[Fate, ...]:
    """The fate of everything that the APIs (ARNs) lead to, and of what names any of what goes; sorted by ARN.

    matching: of the same inventory and estate, when it is made already. Raises NoSuchWebSocketApi.
    """
    known = {api.arn for api in estate.websocket_apis()}
    if strangers := apis - known:
        raise NoSuchWebSocketApi(tuple(sorted(strangers)), tuple(sorted(known)))
    index = Index(estate)
    graph = Graph(index, uses)
    return _Judgement(graph, apis, Reasons(index, graph, apis, inventory, matching)).fates()


class _Judgement:
    def __init__(self, graph: Graph, apis: frozenset[str], reasons: Reasons) -> None:
        self.graph, self.reasons = graph, reasons
        self.led_to = graph.led_to(apis)
        things = {arn: graph.index.estate.thing(arn) for arn in self.led_to}
        self.things = {arn: thing for arn, thing in things.items() if thing is not None}
        self.kept = {arn: why for arn, thing in self.things.items() if (why := reasons.to_keep(thing))}
        self.could_go = graph.closed(frozenset(self.things) - self.kept.keys())
        self.doubts = {arn: found for arn in self.could_go if (found := reasons.to_doubt(self.things[arn]))}
        self.go = graph.closed(self.could_go - self.doubts.keys())

    def fates(self) -> tuple[Fate, ...]:
        found = {arn: self._fate(thing) for arn, thing in self.things.items()}
        for arn in self.go:
            for one in self.graph.of[arn]:
                user = self.graph.index.estate.thing(self.graph.owner(one.user))
                if user is not None and user.arn not in found and (edits := self._edits(user)):
                    found[user.arn] = self._edited(user, edits)
        found |= {part.arn: self._part(part) for part in self.graph.index.estate.things if self._is_part(part)}
        return tuple(fate for _, fate in sorted(found.items()))

    def _is_part(self, thing: Thing) -> bool:
        owner = self.graph.owner(thing.arn)
        return owner != thing.arn and owner in self.go

    def _part(self, part: Thing) -> Fate:
        why = f"It is a part of {self._name(self.graph.owner(part.arn))}, which goes."
        return Fate(subject=part.arn, verdict="delete", why=why)

    def _fate(self, thing: Thing) -> Fate:
        if thing.arn in self.go:
            return Fate(subject=thing.arn, verdict="delete", why=self._why_gone(thing), users=self._users(thing.arn))
        if thing.arn in self.could_go:
            return self._unknown(thing)
        if edits := self._edits(thing):
            return self._edited(thing, edits)
        why = self.kept.get(thing.arn) or self._why_kept(thing)
        return Fate(subject=thing.arn, verdict="keep", why=why, users=self._users(thing.arn))

    def _edits(self, thing: Thing) -> tuple[Change, ...]:
        return changes(self.graph.index, thing, self.go)

    def _edited(self, thing: Thing, edits: tuple[Change, ...]) -> Fate:
        named = self.graph.subjects(thing.arn) & self.go
        why = self.kept.get(thing.arn) or (
            self._why_kept(thing) if thing.arn in self.things else f"It stays, and names {self._names(named)}."
        )
        return Fate(subject=thing.arn, verdict="edit", why=why, users=self._users(thing.arn), changes=edits)

    def _unknown(self, thing: Thing) -> Fate:
        """What it lacks itself, and what those lack on which it hangs."""
        missing = dict.fromkeys(self.doubts.get(thing.arn, ()))
        hangs_on = sorted(self._needed_by(thing.arn) & (self.could_go - self.go))
        if missing:
            why = "It would go, but not all is known that could tell of another use."
        else:
            why = f"It would go with {self._names(frozenset(hangs_on))}, of which not enough is known."
        for arn in hangs_on:
            missing |= dict.fromkeys(self.doubts.get(arn, ()))
        return Fate(
            subject=thing.arn,
            verdict="unknown",
            why=why,
            users=self._users(thing.arn),
            missing=tuple(missing) or (f"the fate of {self._names(frozenset(hangs_on))}",),
        )

    def _needed_by(self, arn: str) -> frozenset[str]:
        return self.graph.users(arn) | (self.graph.subjects(arn) if self.graph.dependent(arn) else frozenset())

    def _why_gone(self, thing: Thing) -> str:
        if about := self.graph.subjects(thing.arn) if self.graph.dependent(thing.arn) else frozenset():
            return f"It is about {self._names(about)} alone, and that goes."
        users = self.graph.users(thing.arn)
        return f"Nothing needs it but {self._names(users)}, and that goes." if users else "It was chosen to go."

    def _why_kept(self, thing: Thing) -> str:
        outside = self._needed_by(thing.arn) - self.could_go
        if not outside:
            return "Nothing tells what it belongs to."
        if self.graph.dependent(thing.arn) and not self.graph.users(thing.arn) - self.could_go:
            return f"It is about {self._names(outside)}, which {'stays' if len(outside) == 1 else 'stay'}."
        return f"It is used by {self._names(outside)}."

    def _users(self, arn: str) -> tuple[Use, ...]:
        return tuple(
            sorted(
                self.graph.of[arn],
                key=lambda one: (self.graph.owner(one.user) in self.go, one.mention, one.user, one.kind, one.detail),
            )
        )

    def _names(self, arns: frozenset[str], most: int = 3) -> str:
        named = sorted(self._name(arn) for arn in arns)
        more = f" and {len(named) - most} more" if len(named) > most else ""
        return ", ".join(named[:most]) + more

    def _name(self, arn: str) -> str:
        thing = self.graph.index.estate.thing(arn)
        if thing is None:
            return arn.removeprefix("metric:")
        return f"{_KIND.get(thing.type) or thing.type.rsplit(':', 1)[1].lower()} {thing.name or thing.id}"


_KIND = {
    "AWS::ApiGatewayV2::Api": "API",
    "AWS::ApiGateway::RestApi": "REST API",
    "AWS::ApiGatewayV2::DomainName": "domain",
    "AWS::ApiGatewayV2::ApiMapping": "mapping",
    "AWS::Lambda::EventSourceMapping": "event source mapping",
    "AWS::Lambda::Url": "URL of function",
    "AWS::Logs::LogGroup": "log group",
    "AWS::CloudWatch::CompositeAlarm": "composite alarm",
    "AWS::IAM::ManagedPolicy": "policy",
    "AWS::StepFunctions::StateMachine": "state machine",
    "AWS::Route53::RecordSet": "record",
}
