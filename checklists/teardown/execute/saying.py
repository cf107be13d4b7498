"""What a run says of a step."""

from __future__ import annotations

from checklists.teardown.execute.hands import CallFailed
from checklists.teardown.model import Step


def at(step: Step, words: str) -> str:
    return f"Step {step.number}, {step.title}: {words}"


def told(error: CallFailed) -> str:
    if error.kind == "expired":
        return "the credentials have expired. Get new ones and run this command again; it goes on from here."
    if error.kind == "denied":
        return f"{error}. `ws2sse teardown iam-policy` prints what has to be allowed."
    return f"{error}. Run this command again to go on from here, or take it back with `ws2sse teardown undo`."
