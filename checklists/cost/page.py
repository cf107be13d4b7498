"""docs/reference/prices.md, from the prices and from the settings that they are used with."""

from __future__ import annotations

from typing import Final

from checklists.cost.prices import HOME, Prices, Tiers
from checklists.cost.target import Target

_INTRODUCTION: Final = """\
# Prices and settings of a cost estimate

<!-- Made by scripts/reference.py from the code and from checklists/cost/prices.json; edit those, not this. -->

List prices of {home}, read on {read_on}, in US dollars. Free tiers are taken as used up by other things, but for the
dashboards that each account has free. Prices change: look at the page before you decide. Where a region has no prices
here, those of {home} are taken, and the estimate says so. [How the numbers come about](../cost.md).

| price | key | dollars | a | page |
|--|--|--|--|--|
"""

_OWN: Final = """
## Prices of your own

`--prices FILE` puts yours in the place of these: of other regions, with your discount, or newer ones. The file needs
only what differs. A price is a list of tiers, each `[up to how many single ones a month, dollars a unit]`; the last has
no end. The estimate is dated by the older of the two files.

```json
{
  "schema_version": 1,
  "read_on": "2026-11-30",
  "regions": {
    "eu-west-1": {
      "websocket.messages": [[1000000000, 1.10], [null, 0.90]],
      "alb.hours": [[null, 0.03]]
    }
  }
}
```

(The numbers of this example are invented.)

## The table [cost]

In `ws2sse.toml`, or as `[tool.ws2sse.cost]` in `pyproject.toml`: what the new path stands on, and what is known of the
traffic.

| key | default | meaning |
|--|--|--|
"""


def price_page(prices: Prices) -> str:
    rows = [
        f"| {item.item} | `{key}` | {_tiers(prices.regions[HOME][key])} | {item.unit} | <{item.page}> |"
        for key, item in prices.items.items()
    ]
    settings = [
        f"| `{name}` | {_default(field.default)} | {field.description} |" for name, field in Target.model_fields.items()
    ]
    introduction = _INTRODUCTION.format(home=HOME, read_on=prices.read_on)
    return introduction + "\n".join(rows) + "\n" + _OWN + "\n".join(settings) + "\n"


def _tiers(tiers: Tiers) -> str:
    return ", then ".join(f"{_plain(usd)}{'' if end is None else f' up to {end:,.0f}'}" for end, usd in tiers)


def _plain(usd: float) -> str:
    """Without an exponent, and with two digits at least."""
    text = f"{usd:.10f}".rstrip("0")
    return text + "0" * (2 - len(text.partition(".")[2]))


def _default(value: object) -> str:
    if value is None:
        return "unset"
    return f"`{value}`" if not isinstance(value, float) else f"`{value:g}`"
