"""How many connections may begin in a second, at all nodes together."""

from __future__ import annotations

from math import ceil

from checklists.capacity.demand import Demand
from checklists.capacity.limits import CONNECTS_S


def wanted_connects_s(demand: Demand) -> int:
    """What `limits.connects` has to allow for who begins anyhow: half more than that."""
    return ceil(1.5 * demand.opened_s)


def spare_connects_s(demand: Demand) -> float:
    """What is left of it for who has to begin again, where it is set as it has to be."""
    return max(CONNECTS_S, wanted_connects_s(demand)) - demand.opened_s
