"""What a repository has of a checklist already. Reads only."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from checklists.outputs.github.block import BlockDamagedError, find, word
from checklists.outputs.github.client import GitHub
from checklists.outputs.github.errors import AnswerInvalid
from checklists.outputs.github.issues import LABEL, Found, Issue, Wanted
from migrator.validation import first_problem


def look(github: GitHub, app: str, wanted: Iterable[Wanted]) -> Found:
    """Issues with our label and our block, and those that the parent has; of two with one marker the older counts."""
    listed = [_issue(one) for one in github.pages("issues", labels=LABEL, state="all") if "pull_request" not in one]
    found = _sorted_out(listed, app)
    parent = found.issues.get("")
    attached = [_issue(one) for one in github.pages(f"issues/{parent.number}/sub_issues")] if parent else []
    if attached:
        found = _sorted_out([*listed, *attached], app)
    depending = [one.item for one in wanted if one.blocked_by and one.item in found.issues]
    return Found(
        issues=found.issues,
        attached=frozenset(issue.id for issue in attached),
        blocked_by={item: _blockers(github, found.issues[item]) for item in depending},
        problems=found.problems,
    )


def _sorted_out(listed: Iterable[Issue], app: str) -> Found:
    issues: dict[str, Issue] = {}
    problems: dict[str, tuple[int, str]] = {}
    for issue in sorted({one.number: one for one in listed}.values(), key=lambda one: one.number):
        try:
            block = find(issue.body)
        except BlockDamagedError as damage:
            problems[f"#{issue.number}"] = (issue.number, str(damage))
            continue
        if block is None or block.app != word(app):
            continue
        if block.item in issues:
            first = issues[block.item].number
            problems[f"#{issue.number}"] = (issue.number, f"it has the same marker as #{first}, which is older")
        else:
            issues[block.item] = issue
    return Found(issues=issues, problems=problems)


def _blockers(github: GitHub, issue: Issue) -> frozenset[int]:
    path = f"issues/{issue.number}/dependencies/blocked_by"
    return frozenset(_issue(one).id for one in github.pages(path))


def _issue(record: dict[str, object]) -> Issue:
    try:
        return Issue.model_validate(record)
    except ValidationError as error:
        raise AnswerInvalid("issues", first_problem(error)) from error
