"""What the WebSocket path takes in a month: its APIs by their traffic, and everything else that goes with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from checklists.aws.estate import Estate, Thing
from checklists.aws.types import API, DASHBOARD, FUNCTION, TABLE, WEB_ACL
from checklists.cost.bill import Bill
from checklists.cost.load import HANDLER_S, LONGEST_LIFE_MINUTES, Load
from checklists.cost.measured import Period, of_api, of_thing
from checklists.cost.model import Source
from checklists.cost.target import METERED_KB, Target
from checklists.cost.things import amounts_of, backups_of, metered, paid_dashboards
from checklists.cost.usage import HOURS, Amount, Usage, together
from checklists.json_values import mapping
from checklists.referrers.model import Fate

MINUTES = HOURS * 60


@dataclass(frozen=True)
class Path:
    """usage, load: a month. gaps: what could not be told. measured: whether anything was."""

    usage: Usage
    load: Load
    gaps: tuple[str, ...]
    measured: bool


def websocket_path(
    estate: Estate,
    fates: Collection[Fate],
    apis: Collection[Thing],
    *,
    known: Target,
    period: Period | None,
    bills: Sequence[Bill],
) -> Path:
    """`known`: what was declared of the traffic. `bills`: tell connection minutes, which are no metric, and messages
    as they were metered."""
    several = [_api(estate, api, known, period, bills) for api in apis]
    going = [thing for fate in fates if fate.verdict == "delete" and (thing := estate.thing(fate.subject))]
    return Path(
        usage=together((*(one.usage for one in several), _beside(estate, going, period))),
        load=Load(
            connections=sum(one.load.connections for one in several),
            connects=sum(one.load.connects for one in several),
            messages=sum(one.load.messages for one in several),
        ),
        gaps=tuple(gap for one in several for gap in one.gaps),
        measured=any(one.measured for one in several),
    )


def _api(estate: Estate, api: Thing, known: Target, period: Period | None, bills: Sequence[Bill]) -> Path:
    connects = of_api(estate, api, "ConnectCount", period)
    messages = of_api(estate, api, "MessageCount", period)
    life = known.mean_life_minutes or LONGEST_LIFE_MINUTES
    billed_minutes = _billed(estate, api, period, bills, "ApiGatewayMinute", "ConnectCount")
    billed_messages = _billed(estate, api, period, bills, "ApiGatewayMessage", "MessageCount")
    minutes = (connects or 0.0) * life if billed_minutes is None else billed_minutes
    load = Load(connections=minutes / MINUTES, connects=connects or 0.0, messages=messages or 0.0)
    parts = metered(known.mean_message_kb, METERED_KB)
    # $connect and $disconnect are taken for a message each.
    metered_messages = load.messages * parts + 2 * load.connects if billed_messages is None else billed_messages
    amounts = (
        _amount(api, "websocket.messages", metered_messages, "measured" if billed_messages is None else "billed"),
        _amount(api, "websocket.minutes", minutes, "assumed" if billed_minutes is None else "billed"),
    )
    gaps = [
        f"{metric} of {api.id} has no datapoint over that time."
        for metric, found in (("ConnectCount", connects), ("MessageCount", messages))
        if found is None
    ]
    said = [
        *(_of_minutes(known, life) if billed_minutes is None and connects else ()),
        *(_of_messages(known, connects) if billed_messages is None else ()),
        "Free tiers are taken as used up by other things.",
    ]
    return Path(Usage(amounts=amounts, assumptions=tuple(said)), load, tuple(gaps), measured=len(gaps) < 2)


def _amount(api: Thing, key: str, quantity: float, source: Source) -> Amount:
    return Amount(key=key, quantity=quantity, source=source, region=api.region, subject=api.arn, grows=True)


def _of_minutes(known: Target, life: float) -> Iterator[str]:
    whose = "as declared" if known.mean_life_minutes else "the longest that AWS lets it; shorter ones cost less"
    yield f"Connection minutes are no metric: each connection is taken to last {life:g} minutes, {whose}."


def _of_messages(known: Target, connects: float | None) -> Iterator[str]:
    if known.mean_message_kb is None:
        yield "The size of messages was not measured: each is taken to be metered once, as up to 32 KB are."
    if connects:
        yield "A connect and a disconnect are taken to be metered as one message each."


def _billed(
    estate: Estate, api: Thing, period: Period | None, bills: Sequence[Bill], usage_type: str, metric: str
) -> float | None:
    """Of the region's bill, as much as the API has of the metric there."""
    newest = sorted(bills, key=lambda bill: bill.period.last, reverse=True)
    told = (bill.monthly(usage_type, api.account, api.region, period) for bill in newest)
    if (whole := next((one for one in told if one is not None), None)) is None:
        return None
    near = [one for one in estate.websocket_apis() if (one.account, one.region) == (api.account, api.region)]
    counted = {one.arn: of_api(estate, one, metric, period) or 0.0 for one in near}
    if not (of_all := sum(counted.values())):
        return whole / len(near)
    return whole * counted[api.arn] / of_all


def _beside(estate: Estate, going: Collection[Thing], period: Period | None) -> Usage:
    amounts = [amount for thing in going if thing.type != API for amount in amounts_of(thing, estate, period)]
    amounts += [backup for thing in going if thing.type == TABLE for backup in backups_of(thing)]
    amounts += _dashboards(estate, [thing for thing in going if thing.type == DASHBOARD])
    functions = [thing for thing in going if thing.type == FUNCTION]
    unknown = any(
        of_thing(estate, one, "Invocations", period) and not of_thing(estate, one, "Duration", period)
        for one in functions
    )
    said = [f"The duration of functions was not measured: {HANDLER_S * 1000:g} ms a run are taken."] if unknown else []
    if any(thing.type == TABLE for thing in going):
        said.append("Reads of streams and replicas of tables are not in it.")
    if any(_class(thing) == "STANDARD_INFREQUENT_ACCESS" for thing in going):
        said.append("Tables of class Standard-IA are reckoned at the prices of Standard.")
    if any(thing.type == WEB_ACL for thing in going):
        said.append("Rules and requests of web ACLs were not counted, and cost more.")
    return Usage(amounts=tuple(amounts), assumptions=tuple(said))


def _class(table: Thing) -> object:
    return mapping(table.properties.get("TableClassSummary")).get("TableClass")


def _dashboards(estate: Estate, going: Collection[Thing]) -> Iterator[Amount]:
    for account, count in sorted(Counter(thing.account for thing in going).items()):
        paid = paid_dashboards(estate, count, account)
        for thing in going:
            if thing.account == account and paid:
                yield Amount(key="cloudwatch.dashboards", quantity=paid / count, source="measured", subject=thing.arn)
