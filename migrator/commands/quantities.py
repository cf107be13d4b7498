"""Rates, sizes and durations as people write them: 200/s, 3M/month, 1.5KB, 90min."""

from __future__ import annotations

import re
from typing import Final

import click

from checklists.cost.usage import HOURS

_NUMBER: Final = r"(\d{1,3}(?:,\d{3}){1,5}(?:\.\d+)?|\d{1,18}(?:\.\d+)?)"
"""Of at most 18 digits: more are no number that anybody means, and hundreds of them no number at all."""
_THOUSANDS: Final = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
_SECONDS: Final = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "day": 86_400.0, "month": HOURS * 3600}
_BYTES: Final = {"b": 1.0, "": 1.0, "kb": 1e3, "kib": 1024.0, "mb": 1e6, "mib": 1024.0**2}


class Count(click.ParamType[int]):
    """50000, 50,000, 50k, 1M."""

    name = "count"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if (match := re.fullmatch(rf"{_NUMBER}([kKmM]?)", str(value).strip())) is None:
            self.fail(f"{value} is no count, such as 50000, 50k or 1M", param, ctx)
        return round(_plain(match[1]) * _THOUSANDS[match[2].lower()])


class Rate(click.ParamType[float]):
    """200/s, 12k/min, 3M/month; a second's."""

    name = "rate"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(rf"{_NUMBER}([kKmMgG]?)(?:/(s|min|h|day|month))?", str(value).strip())
        if match is None:
            self.fail(f"{value} is no rate, such as 200/s, 12k/min or 3M/month", param, ctx)
        return _plain(match[1]) * _THOUSANDS[match[2].lower()] / _SECONDS[match[3] or "s"]


class Size(click.ParamType[int]):
    """800, 800B, 1.5KB, 4KiB; in bytes."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = re.fullmatch(rf"{_NUMBER}\s?([kKmM]?[iI]?[bB]|)", str(value).strip())
        if match is None or match[2].lower() not in _BYTES:
            self.fail(f"{value} is no size, such as 800B, 1.5KB or 4KiB", param, ctx)
        return round(_plain(match[1]) * _BYTES[match[2].lower()])


class Minutes(click.ParamType[float]):
    """90min, 2h, 3d; in minutes."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(rf"{_NUMBER}\s?(s|min|h|d)", str(value).strip())
        if match is None:
            self.fail(f"{value} is no duration, such as 90min or 2h", param, ctx)
        return _plain(match[1]) * _SECONDS[match[2]] / 60


class Share(click.ParamType[float]):
    """40 %, 40%, 0.4; as a share of one."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(rf"{_NUMBER}\s?(%?)", str(value).strip())
        if match is None:
            self.fail(f"{value} is no share, such as 40% or 0.4", param, ctx)
        return _plain(match[1]) / (100 if match[2] else 1)


def _plain(number: str) -> float:
    return float(number.replace(",", ""))
