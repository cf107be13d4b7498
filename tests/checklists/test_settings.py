"""What a team may say differently, and what is refused with what was probably meant."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from checklists import build
from checklists.catalogue.items import items
from checklists.catalogue.load import catalogue_for, shipped
from checklists.deadlines import phase_dates
from checklists.errors import ChecklistError, DependencyCycle, NameUnknown, SettingInvalid
from checklists.settings import ChecklistSettings, settings_from

PATH = Path("ws2sse.toml")
NEW = '[[new]]\nid = "ACME-AUDIT"\ntitle = "Ask the auditors"\naudience = "operations"\nphase = "confirm"\n'


def said(text: str, app: Path = Path()) -> ChecklistSettings:
    return settings_from(PATH, tomllib.loads(text), app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "busines_cycle_days = 3",
            "checklist.busines_cycle_days: there is no key busines_cycle_days. Did you mean business_cycle_days?",
        ),
        (
            "business_cycle_days = 0",
            "checklist.business_cycle_days: it is 0: Input should be greater than or equal to 1.",
        ),
        (
            "[phases]\ncut-over = 2027-01-01",
            "checklist.phases.cut-over: there is no phase cut-over. Did you mean cutover?",
        ),
        ("[phases]\ncutover = 7", "checklist.phases.cutover"),
        ("phases = 3", "checklist.phases: it is 3, not a table."),
        (
            "[items.OPS-RUNBOK]\nowner = '@a'",
            "checklist.items.OPS-RUNBOK: there is no item OPS-RUNBOK. Did you mean OPS-RUNBOOK?",
        ),
        (
            "[items.OPS-RUNBOOK]\nownr = '@a'",
            "checklist.items.OPS-RUNBOOK.ownr: there is no key ownr. Did you mean owner?",
        ),
        (
            "[items.OPS-RUNBOOK]\nphase = 'buld'",
            "checklist.items.OPS-RUNBOOK.phase: there is no phase buld. Did you mean build?",
        ),
        ("[items.OPS-RUNBOOK]\nnot_applicable = ''", "checklist.items.OPS-RUNBOOK.not_applicable"),
        (
            "[items.OPS-RUNBOOK]\ndepends_on = ['OPS-ALARM']",
            "checklist.OPS-RUNBOOK.depends_on: there is no item OPS-ALARM. Did you mean OPS-ALARMS?",
        ),
        (
            NEW.replace("operations", "operation"),
            "checklist.new[1].audience: there is no audience operation. Did you mean operations?",
        ),
        (NEW.replace("ACME-AUDIT", "acme audit"), "checklist.new[1].id"),
        (
            NEW.replace("ACME-AUDIT", "OPS-RUNBOOK"),
            "checklist.new.OPS-RUNBOOK: an item of this id is in the catalogue; change it under items.",
        ),
        (
            NEW + 'probe = "code_fund"',
            "checklist.ACME-AUDIT.probe: there is no probe code_fund. Did you mean code_found?",
        ),
        (NEW + 'kind = "auto"', "checklist.ACME-AUDIT: evidence decides an item of kind auto, so it needs a probe."),
        (NEW + NEW, "checklist: there are two items ACME-AUDIT."),
        ('[[new]]\nid = "ACME-AUDIT"', "checklist.new[1].title: it is missing."),
        ("new = 3", "checklist.new: it is 3, not an array of tables."),
        ('[[waivers]]\nitem = "OPS-RUNBOOK"', "checklist.waivers[1].reason: it is missing."),
        (
            '[[waivers]]\nitem = "OPS-RUNBOK"\nreason = "r"\napproved_by = "a"\ngranted_at = 2026-01-01\nexpires = 2026-02-01',
            "checklist.waivers[1].item: there is no item OPS-RUNBOK. Did you mean OPS-RUNBOOK?",
        ),
        (
            '[[waivers]]\nitem = "OPS-RUNBOOK"\nreason = "r"\napproved_by = "a"\ngranted_at = 2026-03-01\nexpires = 2026-02-01',
            "checklist.waivers[1].expires: it is 2026-02-01, before it was granted (2026-03-01).",
        ),
        (
            '[[answers]]\nitem = "OPS-RUNBOOK"\nanswer = "maybe"\nby = "@mia"\non = 2026-02-01',
            "checklist.answers[1].answer: there is no answer maybe. There are: yes, no.",
        ),
        (
            '[[answers]]\nitem = "DEV-FIND-CODE"\nanswer = "yes"\nby = "@mia"\non = 2026-02-01',
            "checklist.answers[1].item: evidence decides DEV-FIND-CODE, so nobody can answer for it.",
        ),
        (
            2 * '[[answers]]\nitem = "OPS-RUNBOOK"\nanswer = "yes"\nby = "@mia"\non = 2026-02-01\n',
            "OPS-RUNBOOK stands there more than once.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_key(text, sentence):
    with pytest.raises(ChecklistError) as raised:
        catalogue_for(said(text))
    assert str(raised.value).startswith(f"{PATH}: ")
    assert sentence in str(raised.value)


def test_items_that_wait_for_each_other_are_refused_with_the_circle():
    with pytest.raises(DependencyCycle) as raised:
        catalogue_for(said('[items.DEV-FIND-CODE]\ndepends_on = ["DEV-UPDATE-DOCS"]'))
    circle = raised.value.ids
    assert {"DEV-FIND-CODE", "DEV-REPLACE-SSE", "DEV-UPDATE-DOCS"} == set(circle)
    assert str(raised.value).endswith(f" -> {circle[0]}.")


def test_dates_of_phases_in_the_wrong_order_are_refused():
    settings = said("[phases]\ncutover = 2027-03-01\ndrain = 2027-02-01")
    with pytest.raises(SettingInvalid, match="2027-02-01 is before the end of cutover"):
        phase_dates(shipped(), settings, date(2026, 9, 1))


def test_without_settings_the_catalogue_is_the_products():
    assert catalogue_for(ChecklistSettings()) is shipped()
    assert said("") == ChecklistSettings(path=PATH)


def test_a_phase_without_a_date_ends_no_sooner_than_the_one_before():
    dates = phase_dates(shipped(), said("[phases]\ncutover = 2027-06-01"), date(2026, 9, 1))
    assert dates["verify"] == date(2026, 11, 16)
    assert {dates[name] for name in ("cutover", "drain", "brownout", "teardown", "confirm")} == {date(2027, 6, 1)}


def test_new_items_come_last_and_may_depend_on_the_products(inventory):
    found = items(inventory, catalogue_for(said(NEW + 'depends_on = ["OPS-REVIEW"]')))
    new = next(item for item in found if item.id == "ACME-AUDIT")
    assert (new.kind, new.phase, new.depends_on) == ("manual", "confirm", ("OPS-REVIEW",))


def test_what_is_changed_is_changed_and_the_rest_stays(inventory):
    settings = said(
        '[items.OPS-RUNBOOK]\ntitle = "Wiki"\nphase = "drain"\nowner = "@night"\ndue = 2027-01-15\n'
        '[items.DEV-MOVE-ROUTE]\nowner = "@chat"\n[items."DEV-MOVE-ROUTE/ChatApi/chat"]\nnot_applicable = "gone soon"'
    )
    today = date(2026, 9, 1)
    checklist = build(inventory, verify=None, previous=None, today=today, started=None, settings=settings)
    entries = {entry.item.id: entry for entry in checklist.entries}
    runbook = entries["OPS-RUNBOOK"]
    assert (runbook.item.title, runbook.item.phase, runbook.due) == ("Wiki", "drain", date(2027, 1, 15))
    assert (runbook.owner, runbook.owner_source, runbook.item.kind) == ("@night", "settings", "manual")
    assert entries["DEV-MOVE-ROUTE/ChatApi/agent_run"].owner == "@chat"
    chat = entries["DEV-MOVE-ROUTE/ChatApi/chat"]
    assert (chat.status, chat.reason) == ("not_applicable", "gone soon")
    verify = next(phase for phase in checklist.phases if phase.name == "verify")
    assert verify.total == sum(e.item.phase == "verify" for e in checklist.entries) - 1


def test_settings_may_stand_in_a_file_of_their_own(tmp_path):
    (tmp_path / "list.toml").write_text("business_cycle_days = 7\n")
    assert said('file = "list.toml"', tmp_path).business_cycle_days == 7
    (tmp_path / "list.toml").write_text("busines_cycle_days = 7\n")
    with pytest.raises(NameUnknown, match=r"list.toml: busines_cycle_days: .* Did you mean business_cycle_days"):
        said('file = "list.toml"', tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('file = "list.toml"\nbusiness_cycle_days = 7', "checklist.file names a file; say this there"),
        ('file = "../list.toml"', "lies outside of the application"),
        ('file = "nope.toml"', "can't be read"),
        ("file = 3", "not a path"),
        ('file = "list.toml"', "it is not TOML"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused(tmp_path, text, problem):
    (tmp_path / "list.toml").write_text("[")
    with pytest.raises(SettingInvalid, match=problem):
        said(text, tmp_path)
