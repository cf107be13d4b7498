"""From comparisons to a verdict: for each route, and for the whole.

FAIL needs a difference that nothing explains. PASS needs that every route was exercised, that something was observed,
that the legacy path agreed with itself, and that faults would have been noticed. Everything else is INCONCLUSIVE, with
the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from shim.dualrun.judge.routes import judge_routes, judge_types
from shim.dualrun.judge.sentences import number
from shim.dualrun.judge.verdict import Evidence, Judgement, Measures, RouteVerdict
from shim.dualrun.record.canonical import by_session
from shim.dualrun.record.scenario import Connect


def judge(evidence: Evidence, measures: Measures) -> Judgement:
    routes = judge_routes(evidence)
    types = judge_types(evidence, measures.power)
    doubts = list(_doubts(evidence, routes, measures))
    differences = [d for comparison in evidence.comparisons.values() for d in comparison.unexplained]
    if differences:
        counted = Counter(difference.kind for difference in differences)
        found = ", ".join(f"{count} {kind}" for kind, count in counted.most_common())
        reasons = [f"{number(len(differences), 'difference')} that nothing explains: {found}."]
        critical = [difference for difference in differences if difference.critical]
        if critical:
            reasons.insert(0, f"Critical: {critical[0].detail}")
        change = ["Correct the new path where it differs, beginning with the first divergence, and verify again."]
        return Judgement(
            "FAIL", routes, tuple(reasons + [reason for reason, _ in doubts]), tuple(change), types, measures
        )
    slower = measures.latency.slower if measures.latency and measures.latency.judged else ()
    if slower:
        reasons = [*map(str, slower), *(reason for reason, _ in doubts)]
        change = ["Make the new path faster where it is slower than the margin allows, and verify again."]
        return Judgement("FAIL", routes, tuple(reasons), tuple(change), types, measures)
    if doubts:
        return Judgement(
            "INCONCLUSIVE",
            routes,
            tuple(reason for reason, _ in doubts),
            tuple(dict.fromkeys(change for _, change in doubts)),
            types,
            measures,
        )
    messages = sum(route.messages for route in routes.values())
    reason = f"{number(len(evidence.comparisons), 'session')}, {number(messages, 'message')}, no difference."
    return Judgement("PASS", routes, (reason,), ("A route, message or client that no session has.",), types, measures)


def _doubts(evidence: Evidence, routes: Mapping[str, RouteVerdict], measures: Measures) -> Iterator[tuple[str, str]]:
    """Reasons why a PASS would say too much, each with what would remove it."""
    for gap in evidence.gaps:
        yield gap, "Sessions for what could not be generated."
    if not evidence.comparisons:
        yield "No session could be compared.", "Sessions that both paths can run."
    for problem in evidence.problems:
        yield f"{str(problem).rstrip('.')}.", "A run without that problem."
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
    yield from _weaknesses(measures)


def _weaknesses(measures: Measures) -> Iterator[tuple[str, str]]:
    for weakness in measures.power.too_weak if measures.power else ():
        yield (
            weakness,
            "Narrower rules for noise, or sessions in which more of what clients receive is the same in every run.",
        )
    if measures.odd_one_out.stands_out:
        yield str(measures.odd_one_out), "Sessions in which the legacy path always does the same."
    if measures.latency is None or not measures.latency.judged:
        return
    if not measures.latency.results:
        yield "No message was timed on both paths, so nothing is known of latency.", "Recordings with times."
    for result in measures.latency.results:
        if result.verdict == "not enough data":
            yield (
                f"Latency, {result.phase}, {result.name}: not enough data.",
                f"{result.samples_lacking} more messages of the phase {result.phase!r}.",
            )
        elif result.verdict == "not sure":
            yield str(result), "More sessions, so that the interval gets narrower."


def _unexpected_connects(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """One sentence for each way in which it went otherwise, however many clients it happened to."""
    found: dict[tuple[bool, int | None], list[str]] = {}
    received = by_session(evidence.legacy.events)
    for session in evidence.sessions:
        outcome = {(event.client, event.step): event for event in received.get(session.name, ())}
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
