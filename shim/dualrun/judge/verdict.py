"""From comparisons to a verdict: for each route, and for the whole.

FAIL needs a difference that nothing explains. PASS needs that every route was exercised, that something was observed,
and that the legacy path agreed with itself. Everything else is INCONCLUSIVE, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shim.dualrun.compare.align import is_error
from shim.dualrun.compare.difference import Comparison
from shim.dualrun.record.canonical import Problem, Recording
from shim.dualrun.record.scenario import Connect, Resume, Session

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]

NO_ROUTE = "(no route)"
"""Stands for messages that match no route, in a report."""


@dataclass(frozen=True, slots=True)
class RouteVerdict:
    """messages: those that the route caused on the legacy path, for all clients, in sessions that were compared.

    differences: those that nothing explains.
    """

    verdict: Verdict
    messages: int
    differences: int
    sessions: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    routes: dict[str, RouteVerdict]
    reasons: tuple[str, ...]
    would_change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """legacy: the first legacy run. comparisons: by session, legacy against candidate, of stable sessions.

    unstable: by session, in what the two legacy runs differ. routes: all that have to be tested.
    silent: routes that are known to send nothing to anybody. gaps: sentences on what the sessions can't test.
    failures: by route, what failed most often behind it on the legacy path.
    """

    sessions: tuple[Session, ...]
    legacy: Recording
    comparisons: Mapping[str, Comparison]
    unstable: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...] = ()
    routes: tuple[str, ...] = ()
    silent: frozenset[str] = frozenset()
    gaps: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)


def judge(evidence: Evidence) -> Judgement:
    routes = _judge_routes(evidence)
    doubts = list(_doubts(evidence, routes))
    differences = [d for comparison in evidence.comparisons.values() for d in comparison.unexplained]
    if differences:
        counted = Counter(difference.kind for difference in differences)
        found = ", ".join(f"{count} {kind}" for kind, count in counted.most_common())
        reasons = [f"{_number(len(differences), 'difference')} that nothing explains: {found}."]
        critical = [difference for difference in differences if difference.critical]
        if critical:
            reasons.insert(0, f"Critical: {critical[0].detail}")
        change = ["Correct the new path where it differs, beginning with the first divergence, and verify again."]
        return Judgement("FAIL", routes, tuple(reasons + [reason for reason, _ in doubts]), tuple(change))
    if doubts:
        return Judgement(
            "INCONCLUSIVE",
            routes,
            tuple(reason for reason, _ in doubts),
            tuple(dict.fromkeys(change for _, change in doubts)),
        )
    messages = sum(route.messages for route in routes.values())
    reason = f"{_number(len(evidence.comparisons), 'session')}, {_number(messages, 'message')}, no difference."
    return Judgement("PASS", routes, (reason,), ("A route, message or client that no session has.",))


def _judge_routes(evidence: Evidence) -> dict[str, RouteVerdict]:
    messages: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    exercised: dict[str, set[str]] = {}
    attempted: dict[str, set[str]] = {}
    names = {session.name: session for session in evidence.sessions}
    for session in evidence.sessions:
        for index, step in enumerate(session.steps):
            if isinstance(step, Resume):
                continue
            route = session.route_of(index) or NO_ROUTE
            attempted.setdefault(route, set()).add(session.name)
            if session.name in evidence.comparisons and (session.name, index) not in evidence.legacy.skipped:
                exercised.setdefault(route, set()).add(session.name)
    for event in evidence.legacy.events:
        if event.session in evidence.comparisons and event.kind in {"msg", "error"}:
            route = names[event.session].route_of(event.step) or NO_ROUTE
            (errors if is_error(event) else messages)[route] += 1
    differing = Counter(d.route or NO_ROUTE for c in evidence.comparisons.values() for d in c.unexplained)
    verdicts: dict[str, RouteVerdict] = {}
    for route in dict.fromkeys([*evidence.routes, *(route for route in attempted if route != NO_ROUTE), NO_ROUTE]):
        if route == NO_ROUTE and not exercised.get(route) and not differing[route]:
            continue
        verdict, reason = _judge_route(
            route,
            differing[route],
            messages[route],
            errors[route],
            exercised.get(route, set()),
            attempted.get(route, set()),
            silent=route in evidence.silent,
            failure=evidence.failures.get(route, ""),
        )
        seen = len(exercised.get(route, ()))
        verdicts[route] = RouteVerdict(verdict, messages[route] + errors[route], differing[route], seen, reason)
    return verdicts


def _judge_route(  # noqa: PLR0911 - one line a case
    route: str,
    differing: int,
    messages: int,
    errors: int,
    exercised: set[str],
    attempted: set[str],
    *,
    silent: bool,
    failure: str,
) -> tuple[Verdict, str]:
    if differing:
        return "FAIL", f"{_number(differing, 'difference')} that nothing explains"
    if not attempted:
        return "INCONCLUSIVE", "no session exercises it"
    if not exercised:
        return "INCONCLUSIVE", f"it is only exercised in sessions that could not be compared ({_listed(attempted)})"
    # Connects and closes are observed by themselves; a message to no route is answered by an error frame or not.
    if messages or route in {"$connect", "$disconnect", NO_ROUTE}:
        return "PASS", ""
    if silent and not errors:
        return "PASS", "it sends nothing, and nothing was received"
    why = f" ({failure})" if failure else ""
    if errors:
        return "INCONCLUSIVE", f"on the legacy path every message to it ended in an error{why}"
    return "INCONCLUSIVE", f"no client received anything after a message to it{why}"


def _doubts(evidence: Evidence, routes: Mapping[str, RouteVerdict]) -> Iterator[tuple[str, str]]:
    """Reasons why a PASS would say too much, each with what would remove it."""
    for gap in evidence.gaps:
        yield gap, "Sessions for what could not be generated."
    if not evidence.comparisons:
        yield "No session could be compared.", "Sessions that both paths can run."
    for problem in evidence.problems:
        yield f"{problem}.".replace("..", "."), "A run without that problem."
    for name, differences in evidence.unstable.items():
        yield (
            f"The legacy path differs from itself in session {name!r}: {' '.join(differences)}",
            f"A session in place of {name!r} in which the legacy path always does the same.",
        )
    yield from _unexpected_connects(evidence)
    for name, route in routes.items():
        if route.verdict == "INCONCLUSIVE":
            yield (
                f"Route {name}: {route.reason}.",
                f"A session with a message to {name} that has an effect on some client.",
            )


def _unexpected_connects(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """One sentence for each way in which it went otherwise, however many clients it happened to."""
    found: dict[tuple[bool, int | None], list[str]] = {}
    for session in evidence.sessions:
        outcome = {(event.client, event.step): event for event in evidence.legacy.of_session(session.name)}
        for index, step in enumerate(session.steps):
            event = outcome.get((step.client, index))
            if not isinstance(step, Connect) or step.refused is None or event is None:
                continue
            if event.kind in {"open", "refused"} and (event.kind == "refused") != step.refused:
                where = f"Session {session.name!r}, step {index + 1}: {step.client}"
                status = event.status if event.kind == "refused" else None
                found.setdefault((step.refused, status), []).append(where)
    for (refused, status), places in found.items():
        expected, was = ("refused", "accepted") if refused else ("accepted", "refused")
        failure = "" if refused else evidence.failures.get("$connect", "")
        why = "".join(
            [
                "" if status is None else f" with status {status}",
                f" ({failure})" if failure else "",
                f", and {len(places) - 1} more that were to be {expected}" if len(places) > 1 else "",
            ]
        )
        yield (
            f"{places[0]} was to be {expected}, but the legacy path {was} it{why}.",
            "Identities ([[verify.identity]] in ws2sse.toml) on which $connect and its authorizer decide as expected.",
        )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _listed(names: set[str]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")
