from __future__ import annotations

import re

import pytest

from shim.dualrun.report.markdown import marker, render_markdown
from shim.dualrun.report.to_document import document
from tests.shim.dualrun.report.reporting import HOSTILE, explained, many, report


def comment(made):
    return render_markdown(document(made))


def test_the_first_line_finds_the_comment_of_an_earlier_run():
    first = comment(report([(3, "bob", "x")])).splitlines()[0]
    second = comment(report([(3, "bob", "x")], [])).splitlines()[0]
    assert first == second == marker("chat") == "<!-- ws2sse verify: chat -->"


@pytest.mark.parametrize("name", ["--><script>", "a\nb", HOSTILE, "", "--"])
def test_no_name_ends_the_comment(name):
    assert re.fullmatch(r"<!-- ws2sse verify: [A-Za-z0-9._-]+ -->", marker(name))
    assert "--" not in marker(name)[4:-3]


def test_a_failure_says_where_the_paths_part_and_what_nothing_explains():
    said = comment(report([(3, "bob", {"type": "chat", "n": 1})], [(3, "bob", {"type": "chat", "n": 2})]))
    assert "### Verify: FAIL for chat" in said
    assert "**First divergence:** payload, session `talk`, step 4: alice sends" in said
    assert "| `$.n` | |\n|--|--|\n| WebSocket | `1` |\n| SSE + POST | `2` |" in said
    assert "| payload | `chat` | `chat` | 1 | 0 |" in said
    assert "**What would change it:**\n\n- Correct the new path" in said


def test_what_is_explained_is_counted_apart():
    made = report([(3, "bob", {"type": "chat"}), (4, "alice", {"type": "chat"})], [])
    assert "| missing | `chat` | `chat` | 1 | 1 |" in comment(explained(made, "waiver:W-1"))


def test_nothing_of_a_message_becomes_markup():
    made = report([(3, "bob", HOSTILE)], [], application=HOSTILE)
    said = comment(made)
    said.encode()
    assert re.findall(r"<[^>]*>", said) == [
        marker(document(made).application),
        "<details>",
        "<summary>",
        "</summary>",
        "</details>",
    ]
    assert not set("\x1b\x00\u202e") & set(said)


def test_it_is_short_whatever_was_found():
    said = comment(many(100_000))
    assert len(said) < 10_000
    assert "| and 181 more |" in said
