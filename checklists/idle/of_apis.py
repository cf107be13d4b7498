"""The idle proofs of all APIs that go: of each stage, and of each API with all its stages together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Estate
from checklists.idle.model import IdleProof
from checklists.idle.proof import WHOLE_API, idle_proof
from checklists.referrers.model import Fate, Use

_CALLS: Final = frozenset({"route", "integration", "authorizer"})


def idle_proofs(
    estate: Estate,
    apis: Collection[str],
    uses: Sequence[Use],
    fates: Sequence[Fate],
    *,
    window: timedelta,
    now: datetime,
    callers: tuple[str, ...] = (),
) -> tuple[IdleProof, ...]:
    """`apis`: ARNs. `callers`: of the access log of the only API that goes; with several they are nobody's.

    A stage that was deleted meanwhile is in what is counted of the API as a whole. What functions and tables tell is
    not told apart by stages, so it counts for a stage only where there is one.
    """
    return tuple(_proofs(estate, apis, uses, fates, window, now, callers if len(apis) == 1 else ()))


def _proofs(
    estate: Estate,
    apis: Collection[str],
    uses: Sequence[Use],
    fates: Sequence[Fate],
    window: timedelta,
    now: datetime,
    callers: tuple[str, ...],
) -> Iterator[IdleProof]:
    going = {fate.subject for fate in fates if fate.verdict == "delete"}
    called = _called(uses, going)
    for arn in sorted(apis):
        stages = sorted(one.name for one in estate.under(arn, types.STAGE))
        handlers = called.get(arn, frozenset())
        tables = _tables(estate, uses, going, handlers)
        for stage in (*stages, WHOLE_API):
            alone = stage == WHOLE_API or len(stages) == 1
            yield idle_proof(
                estate,
                arn,
                stage,
                window=window,
                now=now,
                business_cycle=window,
                handlers=handlers if alone else (),
                tables=tables if alone else (),
                callers=callers if alone else (),
            )


def _called(uses: Sequence[Use], going: set[str]) -> dict[str, frozenset[str]]:
    """ARN of an API -> functions that it calls and that go with it."""
    found: dict[str, set[str]] = {}
    for use in uses:
        if use.kind in _CALLS and use.used in going and ":lambda:" in use.used:
            api = "/".join(use.user.split("/")[:3])
            found.setdefault(api, set()).add(use.used)
    return {api: frozenset(arns) for api, arns in found.items()}


def _tables(estate: Estate, uses: Sequence[Use], going: set[str], handlers: frozenset[str]) -> frozenset[str]:
    """Those that go and that a function of the API uses."""
    used = {use.used for use in uses if use.user in handlers and use.used in going}
    return frozenset(thing.arn for thing in estate.of_type(types.TABLE) if thing.arn in used)
