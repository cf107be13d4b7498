"""A load as CloudWatch counted it: what a survey of AWS says of an account's WebSocket APIs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checklists.aws.estate import Estate
from checklists.capacity.demand import MONTH_S
from checklists.capacity.errors import DemandInvalid, NothingSurveyed
from checklists.cost.load import LONGEST_LIFE_MINUTES
from checklists.cost.path import websocket_path
from checklists.cost.target import Target


@dataclass(frozen=True, slots=True)
class Surveyed:
    """At the peak. `gaps`: what the survey could not tell."""

    connections: int
    pushes_s: float
    received_s: float
    region: str
    gaps: tuple[str, ...]


def surveyed(path: Path, estate: Estate, *, life_minutes: float, fan_out: float, average: float) -> Surveyed:
    """All its WebSocket APIs together. CloudWatch counts messages in both directions as one number, so `fan_out` says
    how many of them were received; it has averages, so `average` says what the peak is. `path`: where the survey was
    read. Raises DemandInvalid and NothingSurveyed."""
    for name, value in (("life_minutes", life_minutes), ("average", average)):
        if value <= 0:
            raise DemandInvalid(name, "has to be greater than 0")
    apis = estate.websocket_apis()
    life = min(life_minutes, LONGEST_LIFE_MINUTES)
    found = websocket_path(estate, (), apis, known=Target(mean_life_minutes=life), period=None, bills=())
    if not found.measured or not found.load.connections:
        raise NothingSurveyed(path, len(apis))
    received = found.load.messages / (1 + fan_out) / MONTH_S / average
    return Surveyed(
        connections=max(1, round(found.load.connections / average)),
        pushes_s=received,
        received_s=received,
        region=min(api.region for api in apis),
        gaps=found.gaps,
    )
