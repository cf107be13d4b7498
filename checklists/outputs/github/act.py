"""Carries a plan out. Issues that changed since it was made are left alone, and a second run finds what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from checklists.outputs.github.block import BlockDamagedError, find, word, write
from checklists.outputs.github.client import GitHub
from checklists.outputs.github.errors import GitHubRefused
from checklists.outputs.github.issues import Found, Issue, Plan, State, Step
from checklists.outputs.github.planning import ours


@dataclass(frozen=True)
class Done:
    """What was sent, and what was not because somebody was at the same issue meanwhile."""

    sent: int
    left: tuple[str, ...]


def carry_out(plan: Plan, found: Found, github: GitHub, app: str, say: Callable[[str], None]) -> Done:
    """`say` gets one line for each change. Raises GitHubError at the first that fails; what was done stays done."""
    return _Run(found, github, app, say).everything(plan)


class _Run:
    def __init__(self, found: Found, github: GitHub, app: str, say: Callable[[str], None]) -> None:
        self._github, self._app, self._say = github, app, say
        self._issues = dict(found.issues)
        self._sent = 0
        self._left: list[str] = []

    def everything(self, plan: Plan) -> Done:
        for step in plan.changes:
            self._step(step)
        parent = self._issues.get("")
        for item in plan.attach:
            if parent and (issue := self._issues.get(word(item))):
                self._link(
                    f"issues/{parent.number}/sub_issues", {"sub_issue_id": issue.id}, f"attached #{issue.number}"
                )
        for item, blocker in plan.block:
            issue, other = self._issues.get(word(item)), self._issues.get(word(blocker))
            if issue and other:
                path = f"issues/{issue.number}/dependencies/blocked_by"
                self._link(path, {"issue_id": other.id}, f"#{issue.number} is blocked by #{other.number}")
        return Done(self._sent, tuple(self._left))

    def _step(self, step: Step) -> None:
        if step.issue is None:
            self._create(step)
            return
        fresh = Issue.model_validate(self._github.get(f"issues/{step.issue.number}"))
        if fresh.state != step.issue.state or _unlike(fresh, step.issue):
            self._left.append(f"#{fresh.number} was changed by somebody meanwhile")
            return
        state: State = "closed" if step.wanted.done else "open"
        body: dict[str, Any] = {"body": write(step.wanted, self._app, state, fresh.body)}
        body["labels"] = [*(label for label in fresh.labels if not ours(label)), *step.wanted.labels]
        if step.kind == "close":
            body |= {"state": "closed", "state_reason": "completed"}
        elif step.kind == "reopen":
            body |= {"state": "open", "state_reason": "reopened"}
        self._github.patch(f"issues/{fresh.number}", body)
        self._note(f"{step.kind} #{fresh.number}: {step.wanted.title}")

    def _create(self, step: Step) -> None:
        body = {
            "title": step.wanted.title,
            "body": write(step.wanted, self._app, "open"),
            "labels": list(step.wanted.labels),
        }
        made = Issue.model_validate(self._github.post("issues", body))
        self._issues[word(step.wanted.item) if step.wanted.item else ""] = made
        self._note(f"create #{made.number}: {made.title}")

    def _link(self, path: str, body: dict[str, int], words: str) -> None:
        try:
            self._github.post(path, body)
        except GitHubRefused as refusal:
            if refusal.status != 422:
                raise
            self._left.append(f"{words}: {refusal.message}")  # it is there already, or has another parent
        else:
            self._note(words)

    def _note(self, words: str) -> None:
        self._sent += 1
        self._say(words)


def _unlike(fresh: Issue, seen: Issue) -> bool:
    """Whether our block is another one than when the plan was made. What people write around it may change."""
    try:
        now, then = find(fresh.body), find(seen.body)
    except BlockDamagedError:
        return True
    return now is None or then is None or (now.text, now.evidence, now.state) != (then.text, then.evidence, then.state)
