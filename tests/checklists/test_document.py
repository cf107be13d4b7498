from datetime import date

import pytest

from checklists import DocumentDamaged
from checklists.document import read

HEAD = "<!-- ws2sse:checklist started=2026-08-31 sites=41 schema=1 clients=3 -->\n"
ITEM = "- [ ] **Find it** <!-- item:DEV-FIND-CODE -->\n"
NOTES = "  <!-- notes:DEV-FIND-CODE -->\n  <!-- /notes:DEV-FIND-CODE -->\n"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "it has to be the comment that begins with <!-- ws2sse:checklist"),
        ("# My list\n" + HEAD, 1, "it has to be the comment that begins with <!-- ws2sse:checklist"),
        (HEAD.replace("started=2026-08-31 ", ""), 1, "started= is missing"),
        (HEAD.replace("sites=41 ", ""), 1, "sites= is missing"),
        (HEAD.replace("08-31", "02-31"), 1, "started=2026-02-31 is not a date such as 2026-11-22"),
        (HEAD.replace("41", "4-1"), 1, "sites=4-1 is not a number"),
        (HEAD.replace("schema=1", "schema=3"), 1, "it has schema 3; this version reads 1 and 2"),
        (HEAD + HEAD, 2, "this marker is damaged or out of place: " + HEAD.strip()),
        (HEAD + ITEM + ITEM, 3, "the item DEV-FIND-CODE stands here a second time"),
        (
            HEAD + "- [?] **X** <!-- item:X -->\n",
            2,
            "this marker is damaged or out of place: - [?] **X** <!-- item:X -->",
        ),
        (
            HEAD + "- [ ] **X** <!-- item:X Y -->\n",
            2,
            "this marker is damaged or out of place: - [ ] **X** <!-- item:X Y -->",
        ),
        (HEAD + NOTES, 2, "notes of DEV-FIND-CODE begin here, but the item above is missing"),
        (HEAD + ITEM + NOTES + NOTES, 5, "DEV-FIND-CODE has a second notes area"),
        (
            HEAD + ITEM + "  <!-- /notes:DEV-FIND-CODE -->\n",
            3,
            "this marker is damaged or out of place: <!-- /notes:DEV-FIND-CODE -->",
        ),
        (HEAD + ITEM + "  <!-- notes:DEV-FIND-CODE -->\nmine\n", 3, "the notes of DEV-FIND-CODE have no end marker"),
        (
            HEAD + ITEM + "  <!-- notes:DEV-FIND-CODE -->\nmine\n- [ ] **Y** <!-- item:Y -->\n",
            5,
            (
                "a marker stands inside the notes of DEV-FIND-CODE, which begin in line 3; "
                "either their end marker is lost, or marker text was pasted into them"
            ),
        ),
        (
            HEAD + ITEM + "  - owner: a\n  - owner: b\n",
            4,
            "DEV-FIND-CODE has a second owner line; name all owners on one line",
        ),
    ],
)
def test_a_document_that_might_be_misread_is_refused_with_its_line(text, line, problem):
    with pytest.raises(DocumentDamaged) as raised:
        read(text)
    assert str(raised.value) == (
        f"The existing checklist can't be read safely: line {line}: {problem}. "
        "Nothing was overwritten. Repair that line, or move the file away to begin anew."
    )


def test_start_and_baseline_are_read_and_missing_counts_are_zero():
    document = read(HEAD)
    assert document.started == date(2026, 8, 31)
    assert (document.baseline.sites, document.baseline.clients, document.baseline.tests) == (41, 3, 0)


@pytest.mark.parametrize(
    "item",
    [
        "- [x] **Find it** <!-- item:DEV-FIND-CODE -->",
        "- [X] **Find it** <!-- item:DEV-FIND-CODE -->  ",
        "* [x] **Find it** <!-- item:DEV-FIND-CODE -->\r",
    ],
)
def test_a_tick_is_read_however_an_editor_writes_it(item):
    (words,) = read(f"{HEAD}{item}\n").words
    assert words.ticked_by_person
    assert words.title == "Find it"


def test_notes_are_everything_between_the_markers():
    notes = "  - owner: not an owner\r\n\x0b\u2028```\n<!-- a comment -->\n\n"
    text = (
        HEAD
        + ITEM
        + "  - owner:  @mia, @jo \r\n  <!-- notes:DEV-FIND-CODE -->\n"
        + notes
        + "  <!-- /notes:DEV-FIND-CODE -->\n"
    )
    (words,) = read(text).words
    assert words.notes == notes
    assert words.owner == "@mia, @jo"


@pytest.mark.parametrize("indent", ["  ", "   ", "\t"])
def test_an_owner_is_read_however_a_formatter_indents_it(indent):
    assert read(f"{HEAD}{ITEM}{indent}* owner: @mia\n").words[0].owner == "@mia"


def test_evidence_that_looks_like_an_owner_is_not_one():
    assert read(f"{HEAD}{ITEM}    - owner: mallory\n").words[0].owner == ""


def test_a_byte_order_mark_does_not_matter():
    assert read("\ufeff" + HEAD + ITEM).words[0].id == "DEV-FIND-CODE"
