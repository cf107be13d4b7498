"""A month of usage, and what it costs. Every amount says where it comes from, and every guess stands in a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pydantic import Field

from checklists.cost.model import CostLine, Estimate, Source
from checklists.cost.prices import HOME, Prices
from migrator.inventory.record import Record

HOURS = 730.0
"""Of a month, as price pages count it."""


class Amount(Record):
    """So much of what has a price, in a month."""

    key: str = Field(description="of a price: 'websocket.messages'")
    quantity: float = Field(ge=0, description="in single ones, not in the price's units")
    source: Source
    region: str = HOME
    subject: str = Field(default="", description="ARN; empty for a whole path")
    grows: bool = Field(default=False, description="whether it grows with the traffic")


class Usage(Record):
    amounts: tuple[Amount, ...] = ()
    declared: tuple[CostLine, ...] = Field(default=(), description="lines with a price of their own")
    assumptions: tuple[str, ...] = ()

    def scaled(self, factor: float) -> Usage:
        """The same with so many times the traffic."""
        grown = (
            one.model_copy(update={"quantity": one.quantity * factor}) if one.grows else one for one in self.amounts
        )
        return self.model_copy(update={"amounts": tuple(grown)})


def together(usages: Iterable[Usage]) -> Usage:
    all_of = tuple(usages)
    return Usage(
        amounts=tuple(amount for one in all_of for amount in one.amounts),
        declared=tuple(line for one in all_of for line in one.declared),
        assumptions=tuple(dict.fromkeys(words for one in all_of for words in one.assumptions)),
    )


def estimate(usage: Usage, prices: Prices) -> Estimate:
    """Tiers are those of a region's whole month, so all that share a price share its mean."""
    whole: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one in usage.amounts:
        whole[one.key, one.region] += one.quantity
    lines = [_line(one, whole[one.key, one.region], prices) for one in usage.amounts if one.quantity]
    borrowed = sorted({one.region for one in usage.amounts if one.quantity and not prices.has(one.key, one.region)})
    strange = [f"No prices of {region} are at hand: those of {HOME} are taken." for region in borrowed]
    return Estimate(lines=(*lines, *usage.declared), assumptions=(*strange, *usage.assumptions))


def _line(one: Amount, whole: float, prices: Prices) -> CostLine:
    item = prices.items[one.key]
    price = prices.usd(one.key, one.region, whole) / whole * item.per
    quantity = one.quantity / item.per
    return CostLine(
        item=item.item,
        subject=one.subject,
        quantity=quantity,
        unit=item.unit,
        price=price,
        usd=quantity * price,
        source=one.source,
        page=item.page,
    )
