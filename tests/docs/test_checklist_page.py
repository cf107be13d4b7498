"""The page on the checklist speaks of options, forms, statuses, parts and files that there are."""

from __future__ import annotations

import re
import shlex

import pytest

from checklists.outputs import FORMS, render_html
from checklists.outputs.html.page import ALL_OPEN
from checklists.outputs.words import STATUS_NAMES
from migrator.commands.checklist import command
from tests.checklists.outputs.rich import rich
from tests.running import ROOT

PAGE = (ROOT / "docs" / "checklist.md").read_text("utf-8")
COMMANDS = re.findall(r"^ws2sse checklist (.*?)(?: > .*)?$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    command.make_context("checklist", shlex.split(line))


def test_every_status_is_explained() -> None:
    table = PAGE.partition("| status |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z ]+) \|", table, re.MULTILINE) == list(STATUS_NAMES.values())


def test_every_form_is_named() -> None:
    assert set(re.findall(r"--format (\w+)`", PAGE)) == set(FORMS) - {"markdown"}


def test_what_it_says_of_the_page_is_on_the_page() -> None:
    shown = render_html(rich())
    told = PAGE.partition("## Reading the page")[2].partition("\n## ")[0]
    parts = re.findall(r"^\*\*(.*?)\.?\*\*", told, re.MULTILINE)
    assert len(parts) == 7
    assert [part for part in parts if f">{part}" not in shown] == []
    assert f"more than {ALL_OPEN}\nitems" in told


def test_what_it_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
