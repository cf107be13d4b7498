"""The picture of the graph: the same for the same input, nothing twice in one place."""

from __future__ import annotations

import pytest

from checklists.referrers.fates import fates
from checklists.referrers.graph import Picture, picture
from checklists.referrers.links import links
from tests.checklists.referrers.board import API, ROLE_AND_RULE, Board, chat, function_arn, scan, shared_chat, table_arn


def _picture(board: Board, **more: int) -> Picture:
    estate = board.estate()
    uses = links(estate)
    return picture(estate, uses, fates(estate, uses, frozenset({API}), scan()), **more)


def test_each_node_has_a_place_of_its_own_and_each_edge_two_ends() -> None:
    drawn = _picture(shared_chat())
    places = [(node.column, node.row) for node in drawn.nodes]
    assert len(set(places)) == len(places)
    assert places == sorted(places)
    for column in {column for column, _ in places}:
        assert [row for at, row in places if at == column] == list(range(sum(at == column for at, _ in places)))
    names = {node.arn for node in drawn.nodes}
    assert all(edge.source in names and edge.target in names for edge in drawn.edges)
    assert len({(edge.source, edge.target) for edge in drawn.edges}) == len(drawn.edges)


def test_what_is_used_stands_right_of_who_uses_it() -> None:
    columns = {node.arn: node.column for node in _picture(chat()).nodes}
    assert columns[API] < columns[function_arn("say")] < columns[table_arn("connections")]


def test_each_standing_is_told() -> None:
    standing = {node.arn: node.standing for node in _picture(shared_chat()).nodes}
    role, rule = ROLE_AND_RULE
    assert standing[API] == "delete"
    assert standing[function_arn("say")] == "edit"
    assert standing[table_arn("connections")] == "keep"
    assert standing[rule] == "outside"
    assert standing[role] in {"keep", "edit"}


def test_whatever_order_it_is_given_in_it_is_the_same() -> None:
    estate = shared_chat().estate()
    uses = links(estate)
    judged = fates(estate, uses, frozenset({API}), scan())
    assert picture(estate, uses, judged) == picture(estate, tuple(reversed(uses)), tuple(reversed(judged)))


@pytest.mark.parametrize("most", [1, 3, 5])
def test_when_there_is_no_room_what_others_use_is_left_in(most: int) -> None:
    whole, drawn = _picture(shared_chat()), _picture(shared_chat(), most=most)
    assert len(drawn.nodes) == most
    assert drawn.left_out == len(whole.nodes) - most
    assert all(node.standing != "delete" for node in drawn.nodes)


def test_of_many_apis_those_that_are_drawn_are_drawn_whole() -> None:
    board = Board()
    apis = [board.api(f"api{number:07}") for number in range(9)]
    for number, api in enumerate(apis):
        board.route(api, "say", board.function(f"say{number}"))
    estate = board.estate()
    uses = links(estate)
    drawn = picture(estate, uses, fates(estate, uses, frozenset(apis), scan()), most=6)
    assert {edge.source for edge in drawn.edges} == set(apis[:3])
    assert (len(drawn.edges), drawn.left_out) == (3, 12)
