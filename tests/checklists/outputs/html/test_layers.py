"""Any graph is laid out so that arrows lead down, nothing stands on something else, and nothing that is said is lost."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from checklists.outputs.html.layers import arrange, reduced

NAMES = [f"n{number}" for number in range(14)]
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=40)
STAGES = st.lists(st.integers(0, 4), min_size=len(NAMES), max_size=len(NAMES))
WIDTH, GAP, ACROSS = 100.0, 10.0, 4
ONE_STAGE = (0,) * len(NAMES)


def laid_out(edges, stages=ONE_STAGE):
    stage = dict(zip(NAMES, stages, strict=True))
    return arrange(NAMES, edges, stage=stage, across=ACROSS, width=WIDTH, gap=GAP)


def reach(edges) -> set[tuple[str, str]]:
    after = defaultdict(set)
    for first, later in edges:
        after[first].add(later)
    found = set()
    for start in NAMES:
        todo, seen = list(after[start]), set()
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                todo += after[node]
        found |= {(start, node) for node in seen}
    return found


@given(edges=EDGES, stages=STAGES)
@example(edges=[("n0", "n1"), ("n1", "n2"), ("n2", "n0")], stages=[0] * 14)
@example(edges=[("n0", "n0"), ("gone", "n1")], stages=[0] * 14)
def test_every_arrow_leads_down_and_no_two_boxes_meet(edges, stages):
    layout = laid_out(edges, stages)
    assert set(layout.spots) == set(NAMES)
    for first, later in layout.edges:
        assert layout.spots[first].row < layout.spots[later].row
    rows = defaultdict(list)
    for spot in layout.spots.values():
        rows[spot.row].append(spot.x)
    for row in rows.values():
        assert len(row) <= ACROSS
        ordered = sorted(row)
        assert all(right - left >= WIDTH + GAP - 1e-6 for left, right in pairwise(ordered))
        assert ordered[0] >= WIDTH / 2 - 1e-6
        assert ordered[-1] <= layout.width - WIDTH / 2 + 1e-6


@given(edges=EDGES)
def test_an_edge_passes_each_row_between_its_ends(edges):
    layout = laid_out(edges)
    for (first, later), way in zip(layout.edges, layout.ways, strict=True):
        assert [spot.row for spot in way] == list(range(layout.spots[first].row, layout.spots[later].row + 1))


@given(edges=EDGES)
def test_what_leads_where_is_the_same_with_fewer_arrows(edges):
    forward = [(first, later) for first, later in edges if NAMES.index(first) < NAMES.index(later)]
    fewer = reduced(NAMES, forward)
    assert reach(fewer) == reach(forward)
    assert len(fewer) <= len(set(forward))
    assert all(reach([edge for edge in fewer if edge != one]) != reach(fewer) for one in fewer)


@given(stages=STAGES)
def test_a_later_stage_stands_lower(stages):
    layout = laid_out([], stages)
    for node, stage in zip(NAMES, stages, strict=True):
        for other, another in zip(NAMES, stages, strict=True):
            if stage < another:
                assert layout.spots[node].row < layout.spots[other].row


def test_nothing_is_nothing():
    layout = arrange([], [], stage={}, across=3, width=WIDTH, gap=GAP)
    assert (layout.rows, layout.width, dict(layout.spots)) == (0, 0.0, {})
