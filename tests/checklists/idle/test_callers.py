"""Senders in an access log, whatever its format and whatever they put into it."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from checklists.idle.callers import MOST_CHARACTERS, MOST_SENDERS, callers, callers_in

CLF = '203.0.113.7 - - [10/Sep/2026:10:00:00 +0000] "CONNECT $connect abc=" 200 req-1'


def line(ip: object, agent: str = "", key: str = "ip") -> str:
    return json.dumps({"requestId": "r", key: ip, "userAgent": agent})


def test_lines_without_an_address_are_left_out():
    assert callers(["", "hello", "[]", "1", '{"ip": "somebody"}', '{"ip": null}', "[" * 5000]) == ()


def test_the_most_frequent_come_first():
    lines = [line("203.0.113.7", "okhttp/4.12")] * 3 + [line("2001:db8::1", key="sourceIp")] + [CLF] * 2
    assert callers(lines) == (
        "203.0.113.7 okhttp/4.12: 3 times",
        "203.0.113.7: 2 times",
        "2001:db8::1: 1 time",
    )


def test_terminal_escapes_and_line_breaks_do_not_come_out():
    assert callers([line("203.0.113.7", "\x1b[2J\nevil\u202e")]) == ("203.0.113.7  [2J evil: 1 time",)


def test_no_more_is_kept_than_may_be():
    many = (line(f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}") for n in range(MOST_SENDERS + 5))
    assert len(callers(many, most=MOST_SENDERS * 2)) == MOST_SENDERS
    assert callers([CLF + "x" * MOST_CHARACTERS * 2]) == ("203.0.113.7: 1 time",)


def test_what_a_long_line_goes_on_with_is_no_line(tmp_path: Path):
    log = tmp_path / "access.log"
    log.write_text(CLF + " " * MOST_CHARACTERS + "198.51.100.9\n" + CLF, "utf-8")
    assert callers_in(log) == ("203.0.113.7: 2 times",)


@given(st.lists(st.text(), max_size=20))
def test_no_line_is_too_strange(lines: list[str]):
    assert all(one.isprintable() for one in callers(lines))
