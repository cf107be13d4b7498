"""One place of an application, explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.explaining import Place, explanation, place_of
from migrator.inventory.model import Inventory, NearMiss, Problem, Push
from migrator.inventory.outcome import Account, Outcome
from migrator.inventory.record import Location
from migrator.inventory.sites import sites
from migrator.rewrite import Plan
from migrator.rewrite.result import result_of
from tests.migrator.rewrite.applications import inventory
from tests.running import CHAT, invoke


def at(line: int, column: int = 5) -> Location:
    return Location(path="app.py", line=line, column=column)


PUSH = Push(
    location=at(7), recipient="group", evidence="the ids come from a query by room", function="f", routes=("chat",)
)
KNOWN = inventory(
    pushes=(PUSH,),
    near_misses=(NearMiss(location=at(9), looks_like="client", why="WebSocket is a class of the application"),),
    problems=(Problem(location=at(11), message="the key is computed\x1b[2J", serious=False),),
)


def explained(text: str, known: Inventory = KNOWN, rule: str | None = "stream_send") -> str:
    place = place_of(text)
    assert place is not None
    outcomes = tuple(
        Outcome(site=site, status="rewritten", rule=rule, safety="safe", reason="streams.send") for site in sites(known)
    )
    plan = Plan(Path(), (), (), (), Account(found=sites(known), outcomes=outcomes), (), ())
    return explanation(place, known, result_of(plan))


@pytest.mark.parametrize("text", ["stream_send", "a:b", "12", "app.py:"])
def test_what_is_no_place(text: str) -> None:
    assert place_of(text) is None


def test_a_place_may_have_a_column_and_a_drive() -> None:
    assert place_of("src/a b.py:7:5") == Place("src/a b.py", 7, 5)
    assert place_of("c:/x.py:7") == Place("c:/x.py", 7, None)


def test_a_file_of_which_nothing_is_known() -> None:
    assert explained("other.py:1") == "Nothing of the WebSocket path was found in other.py.\n"


def test_a_line_of_which_nothing_is_known_has_neighbours() -> None:
    assert explained("app.py:8") == (
        "Nothing of the WebSocket path was found at app.py:8. The nearest: app.py:7:5, app.py:9:5, app.py:11:5.\n"
    )
    assert "was found at app.py:7" in explained("app.py:7:1")


def test_a_site_has_its_outcome_its_reason_its_evidence_and_its_rule() -> None:
    assert explained("app.py:7") == (
        "app.py:7:5  push: post_to_connection to group\n"
        "  outcome: rewritten (safe)\n"
        "  because: streams.send\n"
        "  routes: chat\n"
        "  rule: stream_send (ws2sse explain stream_send)\n"
        "  recipient: group; the ids come from a query by room\n"
    )


def test_a_near_miss_says_which_predicate_failed() -> None:
    assert explained("app.py:9") == (
        "app.py:9:5  looks like a client, and is none\n  because: WebSocket is a class of the application\n"
    )


def test_what_could_not_be_decided_says_why_and_controls_no_terminal() -> None:
    assert explained("app.py:11") == "app.py:11:5  could not be decided\n  because: the key is computed\\x1b[2J\n"


def test_the_command_prints_the_page_of_a_rule() -> None:
    assert invoke("explain", "stream_send").stdout.startswith("# stream_send\n")
    unknown = invoke("explain", "stream_sent")
    assert (unknown.returncode, "Did you mean stream_send?" in unknown.stderr) == (2, True)


def test_the_command_explains_a_site() -> None:
    shown = invoke("explain", "web/chat.js:23", CHAT).stdout
    assert "client: new WebSocket(" in shown
    assert "rule: websocket_constructor" in shown


def test_the_command_lists_the_rules() -> None:
    assert "\nstream_send " in invoke("rules").stdout
