"""A verdict for each route, and for each type of message that its clients receive."""

from __future__ import annotations

from collections import Counter

from shim.dualrun.compare.align import is_error
from shim.dualrun.compare.message_type import CONNECTION, type_of, type_of_event
from shim.dualrun.judge.bounds import bound_share
from shim.dualrun.judge.exercised import route_exercised
from shim.dualrun.judge.power.power import Power
from shim.dualrun.judge.sentences import listed, number
from shim.dualrun.judge.verdict import NO_ROUTE, Evidence, RouteVerdict, TypeVerdict, Verdict

MAX_TYPES = 500
"""Most pairs of a route and a type that are judged apart; types come from messages, so there may be any number."""


def judge_routes(evidence: Evidence) -> dict[str, RouteVerdict]:
    messages: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    exercised: dict[str, set[str]] = {}
    attempted: dict[str, set[str]] = {}
    names = {session.name: session for session in evidence.sessions}
    closed = {(event.session, event.step) for event in evidence.legacy.events if event.kind == "close"}
    for session in evidence.sessions:
        for index in range(len(session.steps)):
            route = route_exercised(session, index, closed=(session.name, index) in closed, no_route=NO_ROUTE)
            if route is None:
                continue
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
            compared=not attempted.get(route, set()).isdisjoint(evidence.comparisons),
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
    compared: bool,
    silent: bool,
    failure: str,
) -> tuple[Verdict, str]:
    if differing:
        return "FAIL", f"{number(differing, 'difference')} that nothing explains"
    if not attempted:
        return "INCONCLUSIVE", "no session exercises it"
    if not exercised and compared:
        return "INCONCLUSIVE", "no client was connected when its turn came"
    if not exercised:
        return "INCONCLUSIVE", f"it is only exercised in sessions that could not be compared ({listed(attempted)})"
    # Connects and closes are observed by themselves; a message to no route is answered by an error frame or not.
    if messages or route in {"$connect", "$disconnect", NO_ROUTE}:
        return "PASS", ""
    if silent and not errors:
        return "PASS", "it sends nothing, and nothing was received"
    why = f" ({failure})" if failure else ""
    if errors:
        return "INCONCLUSIVE", f"on the legacy path every message to it ended in an error{why}"
    return "INCONCLUSIVE", f"no client received anything after a message to it{why}"


def judge_types(evidence: Evidence, power: Power | None) -> tuple[TypeVerdict, ...]:
    """What differs comes first when there are more than MAX_TYPES. The bound is one of sessions, not of messages."""
    names = {session.name: session for session in evidence.sessions}
    messages: Counter[tuple[str, str]] = Counter()
    differing: Counter[tuple[str, str]] = Counter()
    sessions: dict[tuple[str, str], set[str]] = {}
    spoiled: dict[tuple[str, str], set[str]] = {}
    for event in evidence.legacy.events:
        if event.session in evidence.comparisons and event.kind in {"msg", "error"}:
            place = (names[event.session].route_of(event.step) or NO_ROUTE, type_of_event(event))
            messages[place] += 1
            sessions.setdefault(place, set()).add(event.session)
    for comparison in evidence.comparisons.values():
        for found in comparison.unexplained:
            place = (found.route or NO_ROUTE, type_of(found))
            differing[place] += 1
            sessions.setdefault(place, set()).add(comparison.session)
            spoiled.setdefault(place, set()).add(comparison.session)
    weak = power.weak_types() if power else {}
    verdicts = []
    for place in sorted(sessions, key=lambda place: (-differing[place], place))[:MAX_TYPES]:
        route, kind = place
        verdict: Verdict = "FAIL" if differing[place] else "INCONCLUSIVE" if kind in weak else "PASS"
        reason = (
            ""
            if verdict == "PASS"
            else weak.get(kind, "")
            if verdict == "INCONCLUSIVE"
            else (f"{number(differing[place], 'difference')} that nothing explains")
        )
        bound = bound_share(len(spoiled.get(place, ())), len(sessions[place]))
        verdicts.append(TypeVerdict(route, kind, verdict, messages[place], differing[place], bound, reason))
    return tuple(sorted(verdicts, key=lambda found: (found.route, found.type == CONNECTION, found.type)))
