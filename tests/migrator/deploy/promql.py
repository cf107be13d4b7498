"""What queries ask for, and whether what is told at /metrics has it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import promql_parser
from prometheus_client.parser import text_string_to_metric_families

from migrator.deploy.dashboard import dashboard

OF_PROMETHEUS = {"instance", "job", "namespace"}
"""Labels that Prometheus gives what it reads; the last one in Kubernetes."""

Told = dict[str, dict[str, set[str]]]
"""Name of a series -> its labels -> their values."""

PANEL_QUERIES = [
    (f"{panel['title']}: {target['legendFormat']}", target["expr"])
    for panel in json.loads(dashboard("notes"))["panels"]
    for target in panel.get("targets", ())
]


def told_in(texts: Iterable[str]) -> Told:
    """`texts`: what /metrics answered."""
    found: Told = defaultdict(dict)
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = found[sample.name]
                for label, value in sample.labels.items():
                    labels.setdefault(label, set()).add(value)
    return dict(found)


def asked_for(node: Any, found: list[tuple[str, dict[str, str]]], by: set[str]) -> None:
    """The series that a query selects, with what it says of their labels, and the labels that it groups by."""
    match node:
        case promql_parser.VectorSelector():
            matchers = {one.name: one.value for one in node.matchers.matchers}
            found.append((node.name, matchers))
        case promql_parser.MatrixSelector():
            asked_for(node.vector_selector, found, by)
        case promql_parser.AggregateExpr():
            if node.modifier is not None:
                by.update(node.modifier.labels)
            asked_for(node.expr, found, by)
        case promql_parser.BinaryExpr():
            asked_for(node.lhs, found, by)
            asked_for(node.rhs, found, by)
        case promql_parser.ParenExpr() | promql_parser.UnaryExpr():
            asked_for(node.expr, found, by)
        case promql_parser.Call():
            for argument in node.args:
                asked_for(argument, found, by)
        case promql_parser.NumberLiteral() | promql_parser.StringLiteral():
            return
        case _:
            raise AssertionError(f"the test does not know {type(node).__name__}")


def check(query: str, told: Told) -> None:
    found: list[tuple[str, dict[str, str]]] = []
    by: set[str] = set()
    asked_for(promql_parser.parse(query), found, by)
    assert found, query
    labels = set().union(*(told.get(name, {}) for name, _matchers in found))
    for name, matchers in found:
        assert name in told, f"/metrics does not tell {name}"
        assert matchers.keys() <= told[name].keys() | OF_PROMETHEUS, query
    assert by <= labels | OF_PROMETHEUS, query
