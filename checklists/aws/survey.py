"""Reads accounts and regions into an Estate. Nothing is changed; what can't be read leaves a gap."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from checklists.aws.access import AccountAccess
from checklists.aws.accounts import enter
from checklists.aws.candidates import candidates
from checklists.aws.collect import CLOSER_LOOKS, COLLECTORS
from checklists.aws.estate import Estate, Measurement, Thing
from checklists.aws.failures import Failure
from checklists.aws.ledger import Ledger, Place
from checklists.aws.measured import metrics_of
from checklists.aws.mentions import Names, mentions
from checklists.aws.metrics import OPERATION as METRICS
from checklists.aws.metrics import measure, windows_of
from checklists.aws.owners import owned
from checklists.aws.pulse import Progress, Pulse, in_threads
from checklists.aws.scope import CloserLook, Collector, Found, Near, Scope
from checklists.aws.shape import moment

Asker = TypeVar("Asker", Collector, CloserLook)


def survey(
    accounts: Sequence[AccountAccess],
    regions: Sequence[str],
    *,
    window: timedelta,
    now: datetime,
    progress: Progress | None = None,
    services: frozenset[str] | None = None,
    also: frozenset[str] = frozenset(),
    clock: Callable[[], float] = time.monotonic,
) -> Estate:
    """What stands in the accounts and regions, and what CloudWatch counted.

    regions: as checklists.aws.access.regions gives them. window: how far back it is measured; it is measured once more
    as far as CloudWatch keeps it. services: boto3's names of those that are read; None: all. also: ARNs of
    functions that are looked at closely though no WebSocket API leads to them. clock: seconds, to tell how long it
    took. Raises AccountNotReached when it can't be told which account an access leads to.
    """
    began, ledger, pulse, tell = clock(), Ledger(), Pulse(), progress or _silent
    entered = [enter(one, regions, ledger, pulse) for one in accounts]
    scopes = [scope for one in entered for scope in one.scopes]
    found = _listing(scopes, services, tell, pulse)
    named = mentions(found.things, found.texts, Names(found.things))
    close = candidates(found.things, named) | also
    found.texts.clear()
    found.details |= {arn: {"Mentions": several} for arn, several in named.items()}
    found.add(_looking(scopes, services, tuple(found.things), close, ledger, tell, pulse))
    things = owned(_merged(found))
    del found, named  # a large estate is held once
    measurements: tuple[Measurement, ...] = ()
    if services is None or "cloudwatch" in services:
        measurements = _measuring(scopes, things, close, window, now, ledger, tell, pulse)
    return Estate(
        started_at=moment(now),
        finished_at=moment(now + timedelta(seconds=round(clock() - began))),
        accounts=tuple(sorted((one.account for one in entered), key=lambda account: account.id)),
        regions=tuple(sorted(regions)),
        things=things,
        measurements=measurements,
        asked=ledger.asked(),
        gaps=ledger.gaps(),
    )


def _listing(scopes: Sequence[Scope], services: frozenset[str] | None, tell: Progress, pulse: Pulse) -> Found:
    def of(step: tuple[Scope, Collector]) -> Found:
        scope, one = step
        with _understood(scope, one.operations):
            return one.collect(scope)
        return Found()

    return _all(in_threads(_steps(scopes, COLLECTORS, services), of, "Listing", tell, pulse))


def _looking(
    scopes: Sequence[Scope],
    services: frozenset[str] | None,
    things: tuple[Thing, ...],
    close: frozenset[str],
    ledger: Ledger,
    tell: Progress,
    pulse: Pulse,
) -> Found:
    there = _by_place(things)

    def of(step: tuple[Scope, CloserLook]) -> Found:
        scope, one = step
        found = Found()
        with _understood(scope, one.operations):
            found = one.look(scope, Near(tuple(there.get(scope.place, ())), close))
        ledger.close(scope.place, one.operations, one.parents)
        return found

    return _all(in_threads(_steps(scopes, CLOSER_LOOKS, services), of, "Looking closely", tell, pulse))


def _steps(
    scopes: Sequence[Scope], several: Sequence[Asker], services: frozenset[str] | None
) -> list[tuple[Scope, Asker]]:
    """What is asked where."""
    return [
        (scope, one)
        for scope in scopes
        for one in several
        if one.reach == scope.reach and (services is None or one.service in services)
    ]


def _by_place(things: Iterable[Thing]) -> dict[Place, list[Thing]]:
    found: defaultdict[Place, list[Thing]] = defaultdict(list)
    for one in things:
        found[one.account, one.region].append(one)
    return found


@contextmanager
def _understood(scope: Scope, operations: Iterable[str]) -> Iterator[None]:
    """What is answered otherwise than AWS documents it leaves gaps, and the rest of the survey goes on."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        for operation in operations:
            why = Failure("failed", type(error).__name__, "something was answered otherwise than AWS documents it")
            scope.caller.unasked(operation, why)


def _all(several: Iterable[Found]) -> Found:
    found = Found()
    for one in several:
        found.add(one)
    return found


def _merged(found: Found) -> Iterator[Thing]:
    """Each thing once, with its details and tags, in the order of the ARNs."""
    for arn, thing in sorted({one.arn: one for one in found.things}.items()):
        if arn not in found.details and arn not in found.tags:
            yield thing
            continue
        properties = thing.properties | found.details.get(arn, {})
        yield thing.model_copy(update={"properties": properties, "tags": thing.tags | found.tags.get(arn, {})})


def _measuring(
    scopes: Sequence[Scope],
    things: Sequence[Thing],
    close: frozenset[str],
    window: timedelta,
    now: datetime,
    ledger: Ledger,
    tell: Progress,
    pulse: Pulse,
) -> tuple[Measurement, ...]:
    windows, there = windows_of(window, now), _by_place(things)

    def of(scope: Scope) -> tuple[Measurement, ...]:
        found = measure(scope, metrics_of(there.get(scope.place, ()), close), windows)
        ledger.close(scope.place, (METRICS,), ("apigatewayv2:GetApis",))
        return found

    found = [
        one
        for several in in_threads([one for one in scopes if one.reach == "region"], of, "Measuring", tell, pulse)
        for one in several
    ]
    return tuple(sorted(found, key=lambda one: (one.subject, one.metric, sorted(one.dimensions.items()), one.start)))


def _silent(_phase: str, _done: int, _total: int) -> None:
    """Nobody asked to be told."""
