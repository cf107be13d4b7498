"""From a survey to what probes look at: which APIs go, who uses what, what becomes of it, and whether anybody comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from checklists.aws import types
from checklists.aws.estate import Estate
from checklists.catalogue.load import shipped
from checklists.cost.bill import Bill
from checklists.cost.comparison import compare
from checklists.cost.prices import Prices
from checklists.cost.savings import savings
from checklists.cost.target import Target
from checklists.errors import EstateInvalid, NameUnknown
from checklists.facts import Live
from checklists.history.model import Run
from checklists.history.past import Past
from checklists.idle.of_apis import idle_proofs
from checklists.idle.window import SHORTEST
from checklists.referrers.fates import fates
from checklists.referrers.links import links
from checklists.referrers.matching import match
from checklists.referrers.model import Matching
from checklists.referrers.orphans import orphans
from checklists.settings import ChecklistSettings
from migrator.inventory.model import Inventory
from migrator.validation import first_problem
from shim.bounded_files import FileTooLarge, read_at_most

MAX_BYTES: Final = 512 * 1024 * 1024


def window_of(settings: ChecklistSettings) -> timedelta:
    """How far back a survey has to measure."""
    return max(SHORTEST, timedelta(days=settings.business_cycle_days))


def look(
    estate: Estate,
    inventory: Inventory,
    *,
    settings: ChecklistSettings,
    now: datetime,
    runs: Sequence[Run] = (),
    target: Target | None = None,
    prices: Prices | None = None,
    bills: Sequence[Bill] = (),
    callers: tuple[str, ...] = (),
) -> Live:
    """`target`: what the new path runs on; None for the default of the cost estimate. `prices`: None for the shipped
    ones. `bills`: of Cost Explorer, where it was asked. `callers`: who still comes, of an access log.

    Raises NameUnknown for an API in the settings that no survey has seen.
    """
    shipped()  # reads the catalogue before the long part begins
    matching = match(inventory, estate)
    apis = going(estate, inventory, matching, settings, Past(tuple(runs)))
    uses = links(estate, inventory)
    lots = fates(estate, uses, apis, inventory, matching)
    return Live(
        estate=estate,
        apis=apis,
        matching=matching,
        uses=uses,
        fates=lots,
        idle=idle_proofs(estate, apis, uses, lots, window=window_of(settings), now=now, callers=callers),
        orphans=orphans(estate),
        cost=compare(estate, lots, apis=apis, target=target, prices=prices, bills=bills) if apis else None,
        savings=savings(estate, lots, known=target, prices=prices, bills=bills) if apis else {},
    )


def going(
    estate: Estate, inventory: Inventory, matching: Matching, settings: ChecklistSettings, past: Past
) -> frozenset[str]:
    """ARNs of the WebSocket APIs that go: those that the settings name; else those that the files declare or that an
    earlier survey saw go; and where neither the files nor a survey know any, all of them."""
    live = estate.websocket_apis()
    before = {arn: seen for arn, (seen, _) in past.things.items() if seen.type == types.API}
    if settings.apis:
        known = {word for api in live for word in (api.id, api.name)}
        known |= {word for seen in before.values() for word in (seen.name, seen.arn.rpartition("/")[2])}
        for name in settings.apis:
            if name not in known:
                raise NameUnknown(settings.path, "checklist.apis", "WebSocket API", name, tuple(sorted(known)))
        return frozenset(api.arn for api in live if {api.id, api.name} & set(settings.apis))
    declared = {pair.live for pair in matching.pairs if pair.declared.kind == "api"}
    if inventory.apis or before:
        return frozenset(api.arn for api in live if api.arn in declared or api.arn in before)
    return frozenset(api.arn for api in live)


def read_estate(path: Path) -> Estate:
    """A survey that was saved. Raises EstateInvalid."""
    try:
        return Estate.model_validate_json(read_at_most(path, MAX_BYTES))
    except OSError as error:
        raise EstateInvalid(path, error.strerror or str(error)) from error
    except FileTooLarge as error:
        raise EstateInvalid(path, str(error)) from error
    except ValidationError as error:
        raise EstateInvalid(path, first_problem(error)) from error
