"""Steps in an order that their dependencies allow, numbered."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from checklists.teardown.errors import PlanDisordered
from checklists.teardown.model import PHASES, Step


def numbered(steps: list[Step]) -> tuple[Step, ...]:
    """By phase where dependencies leave it open. Raises PlanDisordered."""
    by_id: dict[str, Step] = {}
    for step in steps:
        if step.id in by_id:
            raise PlanDisordered(step.id, "there are two of it")
        by_id[step.id] = step
    check(tuple(steps))
    phases = list(PHASES)
    rank = {step.id: (phases.index(step.phase), place) for place, step in enumerate(steps)}
    sorter = TopologicalSorter({step.id: step.depends_on for step in steps})
    sorter.prepare()
    ready: list[str] = []
    ordered: list[Step] = []
    while sorter.is_active():
        ready = sorted([*ready, *sorter.get_ready()], key=rank.__getitem__)
        first, *ready = ready
        ordered.append(by_id[first])
        sorter.done(first)
    return tuple(step.model_copy(update={"number": number}) for number, step in enumerate(ordered, 1))


def check(steps: tuple[Step, ...]) -> None:
    """Raises PlanDisordered for what no order satisfies, and for a deletion that nothing was written down before."""
    known = {step.id for step in steps}
    for step in steps:
        if missing := set(step.depends_on) - known:
            raise PlanDisordered(step.id, f"it waits for {min(missing)}, which is no step")
    try:
        tuple(TopologicalSorter({step.id: step.depends_on for step in steps}).static_order())
    except CycleError as error:
        raise PlanDisordered(str(error.args[1][0]), "it waits for itself") from None
