"""What the new path takes: tasks on Fargate behind a load balancer of its own, or one that is shared."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import Final, Literal

from pydantic import Field, field_validator

from checklists.cost.load import Load
from checklists.cost.model import CostLine
from checklists.cost.prices import HOME
from checklists.cost.usage import HOURS, Amount, Usage
from migrator.inventory.record import Record

LCU_CONNECTIONS: Final = 3000.0
LCU_NEW_A_SECOND: Final = 25.0
LCU_GB_AN_HOUR: Final = 1.0
"""What one capacity unit holds; the dimension that takes most counts.
https://aws.amazon.com/elasticloadbalancing/pricing/"""

METERED_KB: Final = 32.0
"""A message counts once for each part of this size. https://aws.amazon.com/api-gateway/pricing/"""


class Target(Record):
    """Table [cost] of ws2sse.toml: what the new path will stand on, and what is known of the traffic."""

    load_balancer: Literal["own", "shared", "none"] = Field(
        default="own", description="`own`, `shared` (only its capacity units are paid for by this service) or `none`"
    )
    vcpu: float = Field(default=0.25, gt=0, le=16, description="of a task")
    memory_gb: float = Field(default=0.5, gt=0, le=120, description="of a task")
    tasks: int = Field(default=2, ge=0, le=10_000, description="at least; 0: the service has its machines elsewhere")
    connections_per_task: float = Field(
        default=1250, gt=0, description="what one task holds; a further one is started when all are full"
    )
    redis_usd_hour: float = Field(default=0, ge=0, le=1000, description="price of one node; 0: no Redis is counted")
    redis_nodes: int = Field(default=1, ge=0, le=1000, description="how many of them")
    other_usd_month: float = Field(default=0, ge=0, le=10_000_000, description="whatever else it takes")
    mean_life_minutes: float | None = Field(
        default=None, gt=0, le=120, description="of a WebSocket connection; unset: 120, the longest that AWS allows"
    )
    mean_message_kb: float | None = Field(
        default=None, gt=0, le=128, description="of a WebSocket message; unset: 1, metered as one part"
    )

    before: tuple[date, date] | None = Field(
        default=None,
        description="first and last day that count as before; unset: 14 days before `double_run`, else as surveyed",
    )
    double_run: tuple[date, date] | None = Field(
        default=None,
        description="first and last day on which both paths ran; bills of 14 days on either side are compared",
    )
    connections_after: float | None = Field(
        default=None, gt=0, description="at once on the new path since then, on average, as its own metrics tell"
    )

    @field_validator("before", "double_run")
    @classmethod
    def _in_order(cls, days: tuple[date, date] | None) -> tuple[date, date] | None:
        if days and days[0] > days[1]:
            raise ValueError("the first day comes first")
        return days

    @property
    def words(self) -> str:
        balancer = {"own": "a load balancer of its own and ", "shared": "a shared load balancer and ", "none": ""}
        task = "task" if self.tasks == 1 else "tasks"
        return (
            f"{balancer[self.load_balancer]}{self.tasks} Fargate {task} of {self.vcpu:g} vCPU and {self.memory_gb:g} GB"
        )


def tasks(target: Target, load: Load) -> int:
    if not target.tasks:
        return 0
    return max(target.tasks, ceil(load.connections / target.connections_per_task))


def target_usage(target: Target, load: Load, region: str = HOME) -> Usage:
    running = tasks(target, load)
    amounts = {
        "fargate.vcpu_hours": running * target.vcpu * HOURS,
        "fargate.gb_hours": running * target.memory_gb * HOURS,
        "alb.hours": HOURS if target.load_balancer == "own" else 0.0,
        "alb.lcu_hours": 0.0 if target.load_balancer == "none" else _capacity_units(target, load) * HOURS,
    }
    return Usage(
        amounts=tuple(
            Amount(key=key, quantity=much, source="assumed", region=region) for key, much in amounts.items() if much
        ),
        declared=tuple(_declared(target)),
        assumptions=tuple(_assumptions(target, running)),
    )


def _capacity_units(target: Target, load: Load) -> float:
    seconds = HOURS * 3600
    gb = load.messages * (target.mean_message_kb or 1.0) / 1_000_000
    return max(
        load.connections / LCU_CONNECTIONS,
        load.connects / seconds / LCU_NEW_A_SECOND,
        gb / HOURS / LCU_GB_AN_HOUR,
    )


def _declared(target: Target) -> list[CostLine]:
    lines = []
    if target.redis_usd_hour and target.redis_nodes:
        hours = HOURS * target.redis_nodes
        lines.append(_own("Redis nodes", hours, "node-hour", target.redis_usd_hour))
    if target.other_usd_month:
        lines.append(_own("What was declared beside it", 1.0, "month", target.other_usd_month))
    return lines


def _own(item: str, quantity: float, unit: str, price: float) -> CostLine:
    return CostLine(item=item, quantity=quantity, unit=unit, price=price, usd=quantity * price, source="assumed")


def _assumptions(target: Target, running: int) -> list[str]:
    found = [
        "What leaves AWS is equal on both paths and in neither.",
        "NAT gateways, public addresses and logs of the new path are not in it.",
    ]
    if running:
        found.append(
            f"One task holds {target.connections_per_task:,g} connections: {running} run. "
            "Averages are taken, so what peaks need comes on top."
        )
    if running > 1 and not target.redis_usd_hour:
        found.append(f"{running} tasks share a Redis, whose price is not in it: set redis_usd_hour.")
    return found
