"""A run as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.goals import ALONE, Judged, Metric, Rounds, Scale, judge, values
from bench.statistics import Spread, ratios, spread

PHASES = ("unicast", "half_load", "one_broadcast", "eight_broadcasts", "held_unicast")
MOST_DISTURBED, MOST_BUSY = 0.05, 0.9


def report(rounds: Rounds, about: Mapping[str, Any], scale: Scale = ALONE) -> str:
    """The tables, the goals, and what makes them doubtful."""
    servers = list(dict.fromkeys(name for measured in rounds for name in measured))
    parts = [_about(about, len(rounds)), _numbers(rounds, servers, scale.metrics)]
    if scale.server in servers:
        parts.append(_goals(judge(rounds, scale)))
        parts.append(_ratios(rounds, scale, [name for name in servers if name != scale.server]))
    parts.append(_doubts(rounds))
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(about: Mapping[str, Any], rounds: int) -> str:
    return (
        f"{about['date']}, {rounds} round{'s' if rounds != 1 else ''} of {about['seconds']:g} s a phase. "
        f"{about['machine']}. {about['streams']} streams, {about['idle']} for connects, memory and pushes beside idle "
        "streams. Each number is the median of the rounds, with the least and the most."
    )


def _numbers(rounds: Rounds, servers: Sequence[str], metrics: Sequence[Metric]) -> str:
    lines = [_row(["", *servers]), _row(["--", *["--:"] * len(servers)])]
    for metric in metrics:
        title = f"{metric.title}, {metric.unit}" if metric.unit else metric.title
        cells = [_spread(spread(list(values(rounds, name, metric).values()))) for name in servers]
        lines.append(_row([title, *cells]))
    return "\n".join(lines)


def _goals(judged: Sequence[Judged]) -> str:
    lines = [_row(["goal", "bound", "reached", "", "for a second of CPU"]), _row(["--", "--:", "--:", "--", "--:"])]
    for one in judged:
        beside = f", times {one.goal.peer}" if one.goal.peer else f", {one.metric.unit}" if one.metric.unit else ""
        bound = f"{'at least' if one.metric.higher_is_better else 'at most'} {_number(one.goal.bound)}"
        verdict = {True: "met", False: "**missed**", None: "not measured"}[one.met]
        lines.append(_row([f"{one.metric.title}{beside}", bound, _spread(one.reached), verdict, _spread(one.for_cpu)]))
    return "\n".join(lines)


def _ratios(rounds: Rounds, scale: Scale, peers: Sequence[str]) -> str:
    if not peers:
        return ""
    heads = [f"{scale.server} / {peer}" for peer in peers]
    lines = [_row(["ratios within a round", *heads]), _row(["--", *["--:"] * len(peers)])]
    for metric in scale.metrics:
        ours = values(rounds, scale.server, metric)
        cells = [_spread(spread(ratios(ours, values(rounds, peer, metric)))) for peer in peers]
        lines.append(_row([metric.title, *cells]))
    return "\n".join(lines)


def _doubts(rounds: Rounds) -> str:
    """What went wrong, where others had the server's core, and where the generator was the limit."""
    lines = []
    disturbed: dict[str, list[float]] = {}
    for number, measured in enumerate(rounds, 1):
        for name, result in measured.items():
            if "wrong" in result:
                lines.append(f"- round {number}, {name}: {result['wrong']}")
            lines += [
                f"- round {number}, {name}, {opening}: {result[opening]['retried']} had to try again"
                for opening in ("open", "connect")
                if result.get(opening, {}).get("retried")
            ]
            for phase in PHASES:
                found = result.get(phase, {})
                if "wrong" in found:
                    lines.append(f"- round {number}, {name}, {phase}: no number, for it was wrong: {found['wrong']}")
                if found.get("busy_share", 0) > MOST_BUSY:
                    share = f"{found['busy_share']:.0%} of the time"
                    lines.append(f"- round {number}, {name}, {phase}: the load generator was busy {share}")
                if "disturbed_share" in found:
                    disturbed.setdefault(name, []).append(found["disturbed_share"])
    for name, shares in disturbed.items():
        many = [share for share in shares if share > MOST_DISTURBED]
        if many:
            lines.append(
                f"- {name}: others had its core in {len(many)} of {len(shares)} phases, "
                f"{min(many):.0%} to {max(many):.0%} of the time"
            )
    return "Doubts:\n\n" + "\n".join(lines) if lines else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _spread(found: Spread | None) -> str:
    if found is None:
        return "-"
    if found.rounds == 1:
        return _number(found.median)
    return f"{_number(found.median)} ({_number(found.least)} to {_number(found.most)})"


def _number(value: float) -> str:
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
