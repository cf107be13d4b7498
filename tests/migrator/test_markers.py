"""Markers look the same wherever they are written, so that one command finds them and none is written twice."""

import re

from migrator.markers import GREP, has_marker, marker


def test_other_comments_are_no_markers() -> None:
    assert not has_marker(["# ws2sse was here", "# stream_send: no", "# ws2sse: other_rule: x"], "stream_send")


def test_a_marker_is_known_again_whatever_its_reason() -> None:
    assert has_marker([f"# {marker('stream_send', 'line 12 catches it')}"], "stream_send")


def test_it_is_one_line_with_rule_reason_and_where_to_read_on() -> None:
    assert marker("stream_send", "it\n  says `x`") == "ws2sse: stream_send: it says `x` (ws2sse explain stream_send)"


def test_the_command_that_lists_them_finds_each() -> None:
    wanted = re.search(r'"(.+)"', GREP)
    assert wanted is not None
    assert wanted[1] in f"  // {marker('stream_send', 'why')}"
