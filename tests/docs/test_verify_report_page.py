"""The page on reading a report speaks of options, keys, files and sections that there are."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from migrator.commands.verify import command
from migrator.schemas import schema
from shim.dualrun.report.forms import SUFFIXES
from shim.dualrun.report.html import render_html
from shim.dualrun.report.to_document import MAX_DIFFERENCES, document
from tests.running import ROOT
from tests.shim.dualrun.report.reporting import conversation, full

PAGE = (ROOT / "docs" / "verify-report.md").read_text("utf-8")
COMMANDS = re.findall(r"^ws2sse verify (.*?)(?: > .*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    command.make_context("verify", shlex.split(line))


def test_every_form_of_a_file_is_named() -> None:
    table = PAGE.partition("| form |")[2].partition("\n\n")[0]
    assert set(re.findall(r"--report \S+(\.\w+)`", table)) == set(SUFFIXES) - {".txt"}


def test_what_it_says_of_the_page_is_on_the_page() -> None:
    shown = render_html(full(document(conversation())))
    for heading in ("What was tested", "What it would have found", "Numbers", "Explained", "Who received what"):
        assert f"**{heading}" in PAGE
        assert f">{heading}" in shown
    assert f"more than {MAX_DIFFERENCES} differences" in PAGE


def test_the_keys_that_it_names_are_in_the_schema() -> None:
    keys = re.search(r"schema/verify.json\)\. (.*?) are what most", PAGE, re.DOTALL)
    assert keys
    assert set(re.findall(r"`(\w+)`", keys[1])) <= set(json.loads(schema("verify"))["properties"])


def test_what_it_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
