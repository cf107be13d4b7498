"""Whatever was counted: less evidence never makes a stage idle."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.aws.estate import Estate
from checklists.idle.proof import WHOLE_API, idle_proof, worst
from tests.checklists.idle.stand import CHAT, CONNECTIONS, DAY, HANDLER, HOUR, NOW, SERIES, WINDOW, estate, gap

LIFE = [name for name in SERIES if name.split()[0] in {"prod", "handler", "table"} and "Error" not in name]
SIGNS = [name for name in LIFE if "TimeToLive" not in name]
ages = st.one_of(st.integers(0, 31 * 24), st.integers(29 * 24, 399 * 24)).map(lambda hours: NOW - (hours + 1) * HOUR)
counts = st.dictionaries(
    st.sampled_from(sorted(SERIES)),
    st.dictionaries(ages, st.sampled_from([0.0, 1.0, 250.0]), max_size=3),
    max_size=4,
)


def verdicts(of: Estate) -> tuple[str, str]:
    known = {"window": WINDOW, "now": NOW, "handlers": {HANDLER}, "tables": {CONNECTIONS}}
    prod, *others = (idle_proof(of, CHAT, stage, **known) for stage in ("prod", "dev", WHOLE_API))
    return prod.verdict, worst([prod, *others]).verdict


def never_more(before: Estate, after: Estate) -> None:
    for was, now in zip(verdicts(before), verdicts(after), strict=True):
        assert now != "supports" or was == "supports"


@settings(max_examples=30, deadline=None)
@given(counts, st.data())
def test_a_measurement_that_is_missing(counted, data):
    whole = estate(counted)
    kept = data.draw(st.lists(st.sampled_from(range(len(whole.measurements))), unique=True).map(set))
    some = tuple(one for n, one in enumerate(whole.measurements) if n not in kept)
    never_more(whole, whole.model_copy(update={"measurements": some}))


@settings(max_examples=25, deadline=None)
@given(counts, st.sampled_from(["", *{subject for subject, *_ in SERIES.values()}]))
def test_a_gap(counted, subject: str):
    never_more(estate(counted), estate(counted, gap(subject=subject)))


@settings(max_examples=25, deadline=None)
@given(counts, st.integers(1, 45), st.sampled_from(sorted(SERIES)))
def test_a_measurement_over_a_shorter_time(counted, days: int, series: str):
    whole = estate(counted)
    short = estate(counted, length=timedelta(days=days))
    metric, dimensions = SERIES[series][2:]
    mixed = tuple(
        b if (b.metric, b.dimensions) == (metric, dimensions) else a
        for a, b in zip(whole.measurements, short.measurements, strict=True)
    )
    never_more(whole, whole.model_copy(update={"measurements": mixed}))
    never_more(whole, short)


@settings(max_examples=30, deadline=None)
@given(counts, st.sampled_from(SIGNS), st.integers(1, 30 * 24).map(lambda hours: NOW - hours * HOUR))
def test_a_point_in_the_window_refutes(counted, series: str, at):
    of = estate({**counted, series: {**counted.get(series, {}), at: 1.0}})
    assert verdicts(of) == ("refutes", "refutes")


@settings(max_examples=25, deadline=None)
@given(counts)
def test_a_yes_has_a_control_and_no_point_in_the_window(counted):
    proof = idle_proof(estate(counted), CHAT, "prod", window=WINDOW, now=NOW, handlers={HANDLER}, tables={CONNECTIONS})
    life = any(value > 0 and at >= NOW - 30 * DAY for name in SIGNS for at, value in counted.get(name, {}).items())
    assert (proof.verdict == "refutes") == life
    assert proof.verdict != "supports" or proof.control
