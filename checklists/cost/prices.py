"""List prices: dated, with the page where each stands; and somebody's own in their place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from math import inf, isfinite
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, ValidationError

from checklists.cost.errors import PricesInvalid
from migrator.inventory.record import Record
from migrator.validation import first_problem
from shim.bounded_files import FileTooLarge, read_at_most

SHIPPED: Final = Path(__file__).with_name("prices.json")
HOME: Final = "us-east-1"
"""Whose prices are taken where a region has none of its own."""

MAX_BYTES: Final = 1024 * 1024

Tiers = tuple[tuple[float | None, float], ...]
"""(up to how much a month, dollars a unit); the last one has no end."""


def _rising(tiers: Tiers) -> Tiers:
    ends = [inf if end is None else end for end, _ in tiers]
    if not tiers or ends[-1] != inf or ends != sorted(set(ends)) or not all(end > 0 for end in ends):
        raise ValueError("tiers rise, and the last one ends with null")
    if not all(isfinite(usd) and 0 <= usd <= 1_000_000 for _, usd in tiers):
        raise ValueError("a price lies between 0 and 1,000,000 dollars")
    return tiers


class PricedItem(Record):
    item: str = Field(min_length=1, max_length=100)
    unit: str = Field(min_length=1, max_length=40)
    per: float = Field(gt=0, description="how many make one unit")
    page: str = Field(pattern=r"^https://[^\s<>\"']+$", max_length=300)


class Prices(Record):
    schema_version: Literal[1]
    read_on: date = Field(description="the day when they were read; of several files the oldest")
    items: dict[str, PricedItem] = Field(default_factory=dict)
    regions: dict[str, dict[str, Annotated[Tiers, AfterValidator(_rising)]]]

    def has(self, key: str, region: str) -> bool:
        """Whether the region has a price of its own."""
        return key in self.regions.get(region, {})

    def usd(self, key: str, region: str, quantity: float) -> float:
        """Dollars for a month of `quantity`, each tier for its part."""
        tiers = self.regions[region if self.has(key, region) else HOME][key]
        total, begin = 0.0, 0.0
        for end, usd in tiers:
            reached = quantity if end is None else min(quantity, end)
            total += max(0.0, reached - begin) / self.items[key].per * usd
            begin = reached
        return total


def load_prices(path: Path | None = None) -> Prices:
    """The shipped prices, with those of `path` in their place where it has some. Raises PricesInvalid."""
    shipped = _shipped()
    if path is None:
        return shipped
    own = _read(path)
    for region, table in own.regions.items():
        for key in table:
            if key not in shipped.items:
                raise PricesInvalid(path, f"regions.{region}: there is no price {key}{_hint(key, shipped.items)}")
    if unknown := sorted(set(own.items) - set(shipped.items)):
        raise PricesInvalid(path, f"items: there is no price {unknown[0]}{_hint(unknown[0], shipped.items)}")
    regions = {name: {**shipped.regions.get(name, {}), **table} for name, table in own.regions.items()}
    return Prices(
        schema_version=1,
        read_on=min(own.read_on, shipped.read_on),
        items={**shipped.items, **own.items},
        regions={**shipped.regions, **regions},
    )


@cache
def _shipped() -> Prices:
    return _read(SHIPPED)


def _read(path: Path) -> Prices:
    try:
        return Prices.model_validate_json(read_at_most(path, MAX_BYTES))
    except OSError as error:
        raise PricesInvalid(path, f"not readable ({error.strerror})") from None
    except FileTooLarge as error:
        raise PricesInvalid(path, str(error)) from None
    except ValidationError as error:
        raise PricesInvalid(path, first_problem(error, "JSON")) from None


def _hint(key: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(key, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""
