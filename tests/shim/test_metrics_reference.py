"""The reference of metrics has all that collectors give, and nothing else."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from shim.metric_words import VALUES
from shim.metrics_reference import WORDS, families, labels_of, metrics_page, values_of
from tests.running import ROOT


@cache
def collected() -> list[Metric]:
    return [metric for metrics in families().values() for metric in metrics]


def test_there_are_words_for_each_metric_and_for_no_other() -> None:
    assert set(WORDS) == {metric.name for metric in collected()}
    assert set(VALUES) <= {(metric.name, label) for metric in collected() for label in labels_of(metric)}


@pytest.mark.parametrize("name", WORDS)
def test_each_says_its_labels_and_what_to_do(name: str) -> None:
    assert WORDS[name].then.endswith(".")
    for metric in collected():
        if metric.name == name:
            assert metric.documentation
            for label in labels_of(metric):
                assert values_of(metric, label), f"nobody says what {label} can be"


def test_each_is_one_row_of_a_table() -> None:
    rows = [row for row in metrics_page().splitlines() if row.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [metric.name for metric in collected()]
    assert {row.count("|") for row in rows} == {6}


def test_settings_and_other_metrics_that_it_names_exist() -> None:
    named = set(re.findall(r"`(ws2sse_\w+|process_\w+)[`{]", metrics_page()))
    assert named <= set(WORDS)
    settings = Path(ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8")
    for setting in re.findall(r"`((?:streams|redis|limits|backend|cutover|metrics)\.[a-z_.]+)`", metrics_page()):
        assert f"| `{setting}` |" in settings, setting
