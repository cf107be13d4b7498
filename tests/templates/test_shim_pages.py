"""The pages of the shim: one template, two transports, each a single file."""

from __future__ import annotations

import re

import pytest

from templates import render

PAGES = ("shim/sse.html", "shim/websocket.html")


@pytest.mark.parametrize("page", PAGES)
def test_values_are_escaped(page: str) -> None:
    hostile = '"><script>alert(1)</script>'
    shown = render(page, stage=hostile, token_parameter=hostile, token_header=hostile, token_scheme=hostile)
    assert "<script>alert" not in shown
    assert shown.count("&lt;script&gt;alert(1)") >= 5


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_one_file_and_shows_what_it_gets_as_text(page: str) -> None:
    shown = render(page, stage="dev", token_parameter=None)
    assert not re.search(r'\b(?:src|href)="(?!data:,")', shown)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", shown)
    assert shown.count("<script>") == shown.count("</script>") == (2 if page == "shim/sse.html" else 1)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_everything_by_name(page: str) -> None:
    shown = render(page, stage="dev", token_parameter="jwt")
    for name in ("address", "token", "connect", "message", "send", "close", "log", "status"):
        assert shown.count(f' id="{name}"') == 1
    assert 'data-state="closed"' in shown
    assert 'data-stage="dev" data-token-parameter="jwt"' in shown
    assert 'data-token-parameter="token"' in render(page, stage="dev", token_parameter=None)


CONSOLE = {
    "shim/console.html": {"stage": "dev", "path": "/-/console", "has_token": True, "nonce": "abc"},
    "shim/console_login.html": {"stage": "dev", "problem": "That is not the token.", "nonce": "abc"},
}


@pytest.mark.parametrize("page", CONSOLE)
def test_values_of_the_console_are_escaped(page: str) -> None:
    hostile = '"><script>alert(1)</script>'
    shown = render(page, **dict.fromkeys(CONSOLE[page], hostile))
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("page", CONSOLE)
def test_the_console_runs_under_a_policy_that_lets_nothing_inline_but_its_own(page: str) -> None:
    shown = render(page, **CONSOLE[page])
    assert not re.search(r'\b(?:src|href)="(?!data:,"|#)', shown)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", shown)
    assert not re.search(r"<[^>]+ (?:style|on[a-z]+)=", shown)
    assert not re.search(r"<(?:script|style)(?! nonce=\"abc\")", shown)
    assert not re.search(r"@import|url\(|https?://(?!www\.w3\.org/2000/svg)", shown)


def test_only_who_gave_a_token_can_log_out() -> None:
    assert "/-/console/logout" in render("shim/console.html", **CONSOLE["shim/console.html"])
    without = {**CONSOLE["shim/console.html"], "has_token": False}
    assert "logout" not in render("shim/console.html", **without)
