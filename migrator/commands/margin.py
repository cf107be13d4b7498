"""`--margin` of `ws2sse verify`, or `margin` in [verify] of the settings: how much slower the new path may be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from migrator.errors import ConfigurationInvalid
from migrator.sessions.verify_section import verify_section
from shim.dualrun.judge.margin import ALLOWED, Margin, margin_of


class MarginType(click.ParamType[Margin]):
    name = "margin"

    def convert(self, value: str | Margin, param: click.Parameter | None, ctx: click.Context | None) -> Margin:
        margin = margin_of(value) if isinstance(value, str) else value
        if margin is None:
            self.fail(f"{value!r} is not {ALLOWED}.", param, ctx)
        return margin


def margin_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--margin",
        type=MarginType(),
        metavar="MARGIN",
        help="Slower than this on the new path fails: 10%, 50ms, or 10%,50ms for whichever is more. "
        "Default: margin in [verify] of the settings; without any, latency is told and not judged.",
    )(command)


def margin_from_config(app_dir: Path) -> Margin | None:
    """None when there is none. Raises ConfigurationInvalid."""
    path, section = verify_section(app_dir)
    if "margin" not in section:
        return None
    margin = margin_of(section["margin"]) if isinstance(section["margin"], str) else None
    if margin is None:
        raise ConfigurationInvalid(path, "verify.margin", repr(section["margin"])[:100], ALLOWED)
    return margin
