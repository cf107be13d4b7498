from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from shim.dualrun.judge.coverage import MAX_ROWS, Coverage, Row
from shim.dualrun.report.forms import to_json
from shim.dualrun.report.report import build_report
from shim.dualrun.report.text import print_report, visible
from shim.dualrun.report.to_document import document
from tests.shim.dualrun.recorded import leave, say, talk, three

CHAT = talk(say(), say("bob"), leave("alice"))


def report(received, candidate=None, **options):
    found = three(CHAT, received, candidate=candidate, **options)
    return build_report(found, (CHAT,), application="chat", legacy="/apps/chat", candidate="/apps/chat-sse")


def text_of(result, width=120):
    out = io.StringIO()
    print_report(result, Console(file=out, width=width, color_system=None, legacy_windows=False))
    return out.getvalue()


def test_the_exit_status_is_that_of_the_conventions():
    hello = [(3, "bob", "hello"), (4, "alice", "hello")]
    assert report(hello).exit_status == 0
    assert report(hello, []).exit_status == 1
    assert report(hello, routes=("never",)).exit_status == 3


def test_a_lone_surrogate_can_be_written_in_both_forms():
    result = report([(3, "bob", "x"), (3, "bob", "lone \ud800")], [(3, "bob", "x")])
    to_json(document(result)).encode()
    assert document(result).differences[0].legacy == "lone \\ud800"
    text_of(result).encode()


def test_the_first_divergence_is_shown_side_by_side_with_three_events_around():
    legacy = [(3, "bob", f"m{n}") for n in range(10)]
    candidate = [(3, "bob", f"m{n}" if n != 5 else "other 5") for n in range(10)]
    first = report(legacy, candidate).first
    assert first is not None
    shown = [(row.legacy and row.legacy.text, row.candidate and row.candidate.text, row.here) for row in first.rows]
    assert shown == [
        ("m2", "m2", False),
        ("m3", "m3", False),
        ("m4", "m4", False),
        ("m5", None, True),
        (None, "other 5", False),
        ("m6", "m6", False),
        ("m7", "m7", False),
    ]


def test_of_what_parts_in_one_step_the_critical_difference_is_the_first():
    legacy = [(3, "bob", "for bob"), (4, "alice", "hello")]
    assert report(legacy, [(3, "dave", "for bob"), (4, "alice", "hello")]).first.difference.kind == "misrouted"
    late = report([(3, "bob", "one"), (4, "bob", "two")], [(4, "dave", "two")])
    assert [(d.kind, d.step) for d in late.differences] == [("missing", 3), ("missing", 4), ("misrouted", 4)]
    assert late.first.difference.kind == "missing", "nothing of a later step is the first"


def test_the_text_form_names_the_differing_leaf():
    legacy = {"type": "chat", "from": "alice", "text": "hello"}
    said = text_of(report([(3, "bob", legacy)], [(3, "bob", {**legacy, "from": "dave"})]))
    assert said.startswith("FAIL  chat")
    assert 'alice sends \'{"action":"chat"}\' to chat' in said
    assert '$.from: "alice" on the legacy path, "dave" on the new one' in said


def test_what_is_explained_is_counted_and_what_is_not_is_listed():
    made = report([(3, "bob", f"m{n}") for n in range(5)], [])
    found = made.differences
    waived = [replace(one, explained="waiver:W-1") for one in found[:4]]
    said = text_of(replace(made, differences=(*waived, found[4])), width=200)
    (row,) = [line for line in said.splitlines() if "waiver:W-1" in line]
    assert "│ 4 " in row
    assert found[0].detail in row
    listed = said.partition("Differences that nothing explains")[2].partition("Explained differences")[0]
    assert found[4].detail in listed
    assert listed.count("missing") == 1


def test_rows_of_the_coverage_that_are_not_shown_are_counted():
    result = report([(3, "bob", "hello")])
    rows = tuple(Row("chat", f"type {n}", {"steady": "Match"}) for n in range(MAX_ROWS + 7))
    said = text_of(replace(result, measures=replace(result.measures, coverage=Coverage(rows))))
    assert "Coverage: 307 Match, 0 Needs review, 0 Untested" in said
    assert "type 29" in said
    assert "type 30" not in said
    assert "and 277 more" in said


def test_messages_cannot_steer_the_terminal_or_be_read_as_markup():
    evil = "\x1b[31mred\x07 [bold]x[/bold] [/] \u202etxt.exe\x9b2J\nnext"
    said = text_of(report([(3, "bob", evil)], []), width=200)
    assert not set("\x1b\x07\u202e\x9b") & set(said)
    assert r"\x1b[31mred\x07 [bold]x[/bold] [/] \u202etxt.exe\x9b2J\nnext" in said


def test_a_pass_lists_its_routes_noise_and_what_is_different_by_design():
    def ids(value):
        return [(3, "bob", {"id": value}), (4, "alice", {"id": value})]

    found = three(CHAT, ids("aB3dE5gH7jK9mN1="), ids("zY8xW6vU4tS2rQ0="), ids("q-W_e1R2t3Y4u5I="))
    result = build_report(found, (CHAT,), application="chat", legacy="a", candidate="b")
    said = text_of(result)
    assert said.startswith("PASS")
    assert "id_bijection" in said
    assert "handshake_status" in said
    assert document(result).noise_rules[0].examples == (("aB3dE5gH7jK9mN1=", "zY8xW6vU4tS2rQ0="),) * 2


def test_visible_leaves_ordinary_text_alone():
    assert visible("Grüße, こんにちは 👋 [bold]") == "Grüße, こんにちは 👋 [bold]"


def test_long_messages_are_cut_with_their_length():
    result = report([(3, "bob", "x" * 100_000)], [])
    assert document(result).differences[0].legacy.endswith("… (100000 characters)")
    assert "(100000 characters)" in text_of(result)
