"""What is to be done so that the issues say what the checklist says. Decides only; nothing is asked or written.

What people do counts more than what we would do: an issue that somebody reopened stays open until there is new
evidence, one that somebody closed stays closed, and what stands outside of our block is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence

from checklists.outputs.github.block import find, word
from checklists.outputs.github.issues import LABEL, MAX_BLOCKED_BY, MAX_SUB_ISSUES, Found, Issue, Plan, Step, Wanted


def plan(wanted: Sequence[Wanted], found: Found) -> Plan:
    """wanted: the parent first, then items in the order of the checklist."""
    steps = [_step(one, found.issues.get(word(one.item) if one.item else "")) for one in wanted]
    steps += _left(wanted, found)
    standing = {step.wanted.item for step in steps if step.issue or step.kind == "create"}
    attach, notes = _attach(wanted, found, standing)
    block, more = _block(wanted, found, standing)
    return Plan(tuple(steps), attach, block, (*notes, *more))


def _step(wanted: Wanted, issue: Issue | None) -> Step:
    if issue is None:
        if wanted.done:
            return Step("leave", wanted, "done before it had an issue")
        return Step("create", wanted, "no issue has its marker")
    block = find(issue.body)
    assert block is not None  # found by it
    if issue.state == "open":
        return _open(wanted, issue, block.state == "closed", block.evidence, block.text)
    return _closed(wanted, issue, block.state == "closed", block.text)


def _open(wanted: Wanted, issue: Issue, closed_by_us: bool, evidence: str, text: str) -> Step:
    if wanted.done:
        if closed_by_us and evidence == wanted.evidence:
            why = "a person reopened it, and there is no new evidence"
            return Step("leave", wanted, why, issue, for_a_person=True)
        return Step("close", wanted, "nothing is left to do", issue)
    if closed_by_us or text != wanted.text or _labels_differ(wanted, issue):
        return Step("update", wanted, "its text or labels are out of date", issue)
    return Step("leave", wanted, "up to date", issue)


def _closed(wanted: Wanted, issue: Issue, closed_by_us: bool, text: str) -> Step:
    if wanted.done:
        if text != wanted.text or not closed_by_us:
            return Step("update", wanted, "its text is out of date", issue)
        return Step("leave", wanted, "closed, and done", issue)
    if closed_by_us:
        return Step("reopen", wanted, "it was done, and is not any more", issue)
    return Step("leave", wanted, "a person closed it, but it is not done", issue, for_a_person=True)


def _labels_differ(wanted: Wanted, issue: Issue) -> bool:
    return {label for label in issue.labels if ours(label)} != set(wanted.labels)


def ours(label: str) -> bool:
    return label == LABEL or label.startswith(f"{LABEL}:")


def _left(wanted: Sequence[Wanted], found: Found) -> list[Step]:
    """Issues of ours that the checklist does not speak of."""
    known = {word(one.item) for one in wanted if one.item} | {""}
    gone = [
        Step("leave", _nameless(item, issue), "the checklist no longer has this item", issue, issue.state == "open")
        for item, issue in found.issues.items()
        if item not in known
    ]
    damaged = [
        Step("leave", _nameless(f"#{number}", None), f"#{number}: {why}", None, for_a_person=True)
        for number, why in found.problems.values()
    ]
    return gone + damaged


def _nameless(item: str, issue: Issue | None) -> Wanted:
    return Wanted(item, issue.title if issue else item, "", (), False, "")


def _attach(wanted: Sequence[Wanted], found: Found, standing: set[str]) -> tuple[tuple[str, ...], list[str]]:
    if "" not in standing:
        return (), []
    missing = [
        one.item for one in wanted if one.item in standing and one.item and _id(found, one.item) not in found.attached
    ]
    room = max(0, MAX_SUB_ISSUES - len(found.attached))
    if len(missing) <= room:
        return tuple(missing), []
    left = len(missing) - room
    return tuple(missing[:room]), [
        f"A parent has at most {MAX_SUB_ISSUES} sub-issues; {left} issues stand beside it, with the label {LABEL}."
    ]


def _block(wanted: Sequence[Wanted], found: Found, standing: set[str]) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    block: list[tuple[str, str]] = []
    notes: list[str] = []
    for one in wanted:
        if one.item not in standing or not one.item:
            continue
        held = found.blocked_by.get(one.item, frozenset())
        missing = [item for item in one.blocked_by if item in standing and _id(found, item) not in held]
        room = max(0, MAX_BLOCKED_BY - len(held))
        block += [(one.item, item) for item in missing[:room]]
        if len(missing) > room:
            notes.append(
                f"{one.item}: GitHub takes {MAX_BLOCKED_BY} blocking issues; {len(missing) - room} are left out."
            )
    return tuple(block), notes


def _id(found: Found, item: str) -> int | None:
    issue = found.issues.get(word(item))
    return issue.id if issue else None
