"""Before, while both run, and after: from what was measured, with every guess said, and also when it goes up."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from checklists.aws.estate import Estate, Thing
from checklists.cost.bill import Bill
from checklists.cost.billed_change import BilledChange, billed_change, days_before
from checklists.cost.break_even import break_even
from checklists.cost.break_even import words as break_even_words
from checklists.cost.load import LONGEST_LIFE_MINUTES
from checklists.cost.measured import Period, busiest
from checklists.cost.model import CostComparison, Estimate, TargetCost
from checklists.cost.path import Path, websocket_path
from checklists.cost.prices import HOME, Prices, load_prices
from checklists.cost.target import Target, target_usage
from checklists.cost.usage import HOURS, estimate
from checklists.referrers.model import Fate

SHORT_LIFE_MINUTES = 10.0
"""What an idle client that never speaks gets; the other end of what connections may cost."""


def compare(
    estate: Estate,
    fates: Collection[Fate],
    *,
    apis: Collection[str] | None = None,
    prices: Prices | None = None,
    target: Target | None = None,
    bills: Sequence[Bill] = (),
) -> CostComparison:
    """Of a month of 730 hours.

    `fates`: what is deleted counts as the old path's; what is shared stays and is on neither side. `apis`: ARNs; None
    for all WebSocket APIs. `target`: table [cost]; None for two tasks behind a load balancer of their own.
    `bills`: of Cost Explorer, where it was asked.
    """
    prices, target = prices or load_prices(), target or Target()
    chosen = [api for api in estate.websocket_apis() if apis is None or api.arn in apis]
    double_run = Period.of(target.double_run)
    period = Period.of(target.before) or (days_before(double_run) if double_run else None)
    path = websocket_path(estate, fates, chosen, known=target, period=period, bills=bills)
    regions = sorted({api.region for api in chosen})
    region = regions[0] if regions else HOME
    targets = tuple(_target(path, one, prices, region) for one in _several(target))
    before = estimate(path.usage, prices) if path.measured else None
    after = targets[0].estimate
    if double_run:
        places = {(api.account, api.region) for api in chosen}
        paid = billed_change(bills, double_run, places, connections_after=target.connections_after)
    else:
        paid = BilledChange(gaps=tuple(gap for one in bills for gap in one.gaps))
    return CostComparison(
        prices_of=prices.read_on,
        region=", ".join(regions) or HOME,
        before=before,
        during=_both(before, after, double_run) if before else None,
        after=after,
        break_even=targets[0].break_even,
        billed_before=paid.before,
        billed_after=paid.after,
        billed=paid.words,
        words=_words(path, before, after, target, prices, region),
        gaps=(
            *path.gaps,
            *_undecided(fates),
            *_busier(estate, chosen, path, period),
            *(() if bills else (_NOT_ASKED,)),
            *paid.gaps,
        ),
        targets=targets,
    )


_NOT_ASKED = "Cost Explorer was not asked; it would tell connection minutes and what was really paid."


def _undecided(fates: Collection[Fate]) -> tuple[str, ...]:
    count = sum(fate.verdict == "unknown" for fate in fates)
    if not count:
        return ()
    things = "1 thing" if count == 1 else f"{count} things"
    return (f"{things} of which it is not known whether it goes: what that costs is on neither side.",)


def _busier(estate: Estate, apis: Collection[Thing], path: Path, period: Period | None) -> tuple[str, ...]:
    """Where clients have left already, the window says little of what the old path cost."""
    if period or not (most := busiest(estate, apis)):
        return ()
    days, messages = most
    if messages <= 2 * path.load.messages:
        return ()
    then = f"There were {messages:,.0f} messages a month from {days.first} to {days.last}"
    now = f"and {path.load.messages:,.0f} in the window of the survey"
    return (f"{then}, {now}: before = [{days.first}, {days.last}] in [cost] compares with those.",)


def _several(target: Target) -> tuple[Target, ...]:
    """The declared one first; and with the other kind of load balancer."""
    if target.load_balancer == "none":
        return (target,)
    other = "shared" if target.load_balancer == "own" else "own"
    return target, target.model_copy(update={"load_balancer": other})


def _target(path: Path, target: Target, prices: Prices, region: str) -> TargetCost:
    after = estimate(target_usage(target, path.load, region), prices)
    even = ""
    if path.measured and (path.load.connections or path.load.messages):
        factor = break_even(
            lambda factor: estimate(path.usage.scaled(factor), prices).usd,
            lambda factor: estimate(target_usage(target, path.load.scaled(factor), region), prices).usd,
        )
        even = break_even_words(factor, path.load)
    return TargetCost(words=target.words, estimate=after, break_even=even)


def _both(before: Estimate, after: Estimate, double_run: Period | None) -> Estimate:
    said = [f"While both run, ${after.usd:,.2f} a month come on top. All traffic is counted on both paths."]
    if double_run:
        usd = after.usd * double_run.days * 24 / HOURS
        said.append(f"Both run from {double_run.first} to {double_run.last}: that is ${usd:,.2f} in all.")
    assumptions = dict.fromkeys((*said, *before.assumptions, *after.assumptions))
    return Estimate(lines=(*before.lines, *after.lines), assumptions=tuple(assumptions))


def _words(path: Path, before: Estimate | None, after: Estimate, target: Target, prices: Prices, region: str) -> str:
    if before is None:
        return f"No traffic of the old path was counted; the new one costs ${after.usd:,.2f} a month."
    return f"{_change(before.usd, after.usd)}{_doubt(path, before.usd, after.usd, target, prices, region)}"


def _change(before: float, after: float) -> str:
    from_to = f"from ${before:,.2f} to ${after:,.2f} a month"
    if abs(after - before) < 0.05 * max(before, after, 1.0):
        return f"It costs about the same: {from_to}."
    if after > before:
        return f"It costs ${after - before:,.2f} a month more: {from_to}. The move does not save money at this load."
    return f"It costs ${before - after:,.2f} a month less: {from_to}."


def _doubt(path: Path, before: float, after: float, target: Target, prices: Prices, region: str) -> str:
    """Where the longest life decides, and a short one would turn the answer round."""
    guessed = any(one.key == "websocket.minutes" and one.source == "assumed" for one in path.usage.amounts)
    if target.mean_life_minutes or not guessed:
        return ""
    share = SHORT_LIFE_MINUTES / LONGEST_LIFE_MINUTES
    shorter = path.usage.model_copy(
        update={
            "amounts": tuple(
                one.model_copy(update={"quantity": one.quantity * share}) if one.key == "websocket.minutes" else one
                for one in path.usage.amounts
            )
        }
    )
    load = path.load.model_copy(update={"connections": path.load.connections * share})
    least = estimate(shorter, prices).usd
    then = estimate(target_usage(target, load, region), prices).usd
    if (least < then) == (before < after):
        return ""
    return (
        f" That rests on how long connections last: at {SHORT_LIFE_MINUTES:g} minutes each it would be "
        f"${least:,.2f} and ${then:,.2f}. Ask Cost Explorer, or set mean_life_minutes."
    )
