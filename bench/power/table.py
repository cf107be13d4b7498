"""What came of it, as tables without the name of any application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bench.power.measuring import Measured
from shim.dualrun.judge.bounds import upper_bound
from shim.dualrun.judge.power.faults import FAULTS, FaultKind

BEGIN, END = "<!-- power -->", "<!-- /power -->"


def table(measured: Sequence[Measured]) -> str:
    return "\n".join([*_faults(measured), "", *_blind(measured), "", *_pairs(measured), ""])


def published(page: str, text: str) -> str:
    """The page with the tables between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{text.strip()}\n{END}{after}"


def goals_missed(measured: Sequence[Measured]) -> list[str]:
    """Leaks 100 %, each other kind at least 99 %, no false alarm, 2,000 faults, 500 pairs, 11 applications."""
    missed = []
    for kind, (injected, found, _) in _by_kind(measured).items():
        least = 1.0 if FAULTS[kind].leak else 0.99
        if found < injected * least:
            missed.append(f"{kind}: {found} of {injected} were found, {least:.0%} are wanted")
    changed, found = _summed(measured)["elsewhere"]
    if found < changed:
        missed.append(f"single characters: {found} of {changed} were found where they can be")
    totals = (
        (sum(m.power.injected for m in measured), 2_000, "faults"),
        (sum(m.pairs for m in measured), 500, "pairs without a fault"),
        (sum(bool(m.sessions) for m in measured), 11, "applications"),
    )
    missed += [f"{number} {what}, {least} are wanted" for number, least, what in totals if number < least]
    missed += [f"a false alarm: {alarm}" for one in measured for alarm in one.alarms]
    return missed


def _faults(measured: Sequence[Measured]) -> Iterator[str]:
    yield "| fault | what it is | injected | found | called by a right name |"
    yield "|--|--|--:|--:|--:|"
    total = [0, 0, 0]
    for kind, counts in _by_kind(measured).items():
        total = [sum(pair) for pair in zip(total, counts, strict=True)]
        injected, found, named = counts
        cells = (kind, FAULTS[kind].sentence, f"{injected:,}", _share(found, injected), _share(named, found))
        yield f"| {' | '.join(cells)} |"
    yield f"| **all** | | **{total[0]:,}** | **{_share(total[1], total[0])}** | **{_share(total[2], total[1])}** |"


def _blind(measured: Sequence[Measured]) -> Iterator[str]:
    yield "| one character changed, anywhere | changed | found |"
    yield "|--|--:|--:|"
    names = {
        "elsewhere": "where both paths say the same",
        "id": "in an id that each run makes up",
        "time": "in a time that each run has of its own",
    }
    for place, (changed, found) in _summed(measured).items():
        yield f"| {names[place]} | {changed:,} | {_share(found, changed)} |"


def _pairs(measured: Sequence[Measured]) -> Iterator[str]:
    applications = [one for one in measured if one.sessions]
    pairs, alarms = sum(one.pairs for one in applications), sum(len(one.alarms) for one in applications)
    yield (
        f"{len(applications)} applications, {sum(one.sessions for one in applications):,} sessions. Pairs without any "
        f"fault: {pairs:,}; false alarms among them: {alarms} (with 95 % confidence fewer than "
        f"{upper_bound(alarms, pairs):.2%}). Left out: {sum(one.differing for one in measured)} sessions in which the "
        f"two paths differ, {sum(one.unstable for one in measured)} in which the legacy path differs from itself."
    )


def _by_kind(measured: Iterable[Measured]) -> dict[FaultKind, tuple[int, int, int]]:
    counts: dict[FaultKind, tuple[int, int, int]] = {}
    for one in measured:
        for kind, tally in one.power.by_kind().items():
            injected, found, named = counts.get(kind, (0, 0, 0))
            counts[kind] = (injected + tally.injected, found + tally.found, named + tally.named)
    return {kind: counts[kind] for kind in FAULTS if kind in counts}


def _summed(measured: Iterable[Measured]) -> dict[str, tuple[int, int]]:
    changed: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for one in measured:
        for place, counts in one.blind.items():
            changed[place] += counts[0]
            found[place] += counts[1]
    return {place: (changed[place], found[place]) for place in ("elsewhere", "id", "time")}


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if whole else "-"
