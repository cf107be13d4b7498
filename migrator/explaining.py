"""What is known about one place of an application: what was found there, what becomes of it, and why not more."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrator.inventory.model import Inventory, NearMiss, Problem
from migrator.inventory.outcome import Outcome
from migrator.inventory.record import Location
from migrator.markers import pointer
from migrator.rewrite.result import MigrationResult
from migrator.rewrite.rules import all_rules
from templates.text import visible

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")


@dataclass(frozen=True)
class Place:
    """`path:line` or `path:line:column`, as reports print it."""

    path: str
    line: int
    column: int | None

    def is_at(self, location: Location) -> bool:
        same = (location.path, location.line) == (self.path, self.line)
        return same and self.column in {None, location.column}


def place_of(text: str) -> Place | None:
    """None for what is no place, such as the name of a rule."""
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    return Place(match["path"], int(match["line"]), int(match["column"]) if match["column"] else None)


def explanation(place: Place, inventory: Inventory, result: MigrationResult) -> str:
    """Plain text. Names the nearest known places of the file when nothing is known about this one."""
    parts = [_outcome(outcome) for outcome in result.outcomes if place.is_at(outcome.site.location)]
    parts += [_push(inventory, outcome) for outcome in result.outcomes if place.is_at(outcome.site.location)]
    parts += [_near_miss(miss) for miss in inventory.near_misses if place.is_at(miss.location)]
    parts += [_problem(problem) for problem in inventory.problems if place.is_at(problem.location)]
    said = [part for part in parts if part] or [_nothing(place, inventory, result)]
    return "\n".join(visible(line) for part in said for line in part.splitlines()) + "\n"


def _outcome(outcome: Outcome) -> str:
    site = outcome.site
    lines = [f"{site.location}  {site.kind.replace('_', ' ')}: {site.summary}"]
    lines.append(f"  outcome: {outcome.status.replace('_', ' ')}" + (f" ({outcome.safety})" if outcome.safety else ""))
    if outcome.reason:
        lines.append(f"  because: {outcome.reason}")
    if site.routes:
        lines.append(f"  routes: {', '.join(site.routes)}" + (f", {outcome.level}" if outcome.level else ""))
    if outcome.rule in all_rules():
        lines.append(f"  rule: {outcome.rule} {pointer(str(outcome.rule))}")
    return "\n".join(lines)


def _push(inventory: Inventory, outcome: Outcome) -> str:
    """To whom it goes, where the site is a push."""
    if outcome.site.kind != "push":
        return ""
    pushes = [push for push in inventory.pushes if push.location == outcome.site.location]
    lines = [f"  recipient: {push.recipient}; {push.evidence}" for push in pushes]
    lines += [f"    from {item.route}: {item.recipient}" for push in pushes for item in push.by_route]
    return "\n".join(lines)


def _near_miss(miss: NearMiss) -> str:
    looks = miss.looks_like.replace("_", " ")
    return f"{miss.location}  looks like a {looks}, and is none\n  because: {miss.why}"


def _problem(problem: Problem) -> str:
    return f"{problem.location}  could not be decided\n  because: {problem.message}"


def _nothing(place: Place, inventory: Inventory, result: MigrationResult) -> str:
    found = [outcome.site.location for outcome in result.outcomes]
    found += [miss.location for miss in inventory.near_misses] + [problem.location for problem in inventory.problems]
    near = sorted({(abs(at.line - place.line), str(at)) for at in found if at.path == place.path})[:3]
    where = f"{place.path}:{place.line}"
    if not near:
        return f"Nothing of the WebSocket path was found in {place.path}."
    return f"Nothing of the WebSocket path was found at {where}. The nearest: {', '.join(at for _far, at in near)}."
