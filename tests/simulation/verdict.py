"""The checker's last look: what is left, whether the journal tells all, whether what was said to be reversible is back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.awsfake import FakeAws
from tests.awsfake.estates import Chat
from tests.simulation.needs import needed_by
from tests.simulation.state import State, state_of
from tests.simulation.watch import Watch

Line = dict[str, Any]


def lines_of(journal: Path) -> list[Line]:
    """Whole lines only: a last one that was never finished says nothing."""
    text = journal.read_text() if journal.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def others_are_intact(watch: Watch, chat: Chat, state: State) -> Iterator[str]:
    for key, expected in {**watch.outside, **watch.hands_off}.items():
        if key not in state:
            yield f"{key} of others is gone"
        elif key.startswith("dashboard:"):
            yield from _widgets_lost(key, expected, state[key], chat)
        elif key.startswith("policy:"):
            yield from _permissions_lost(key, expected, state[key], chat)
        elif key.startswith("alarm:"):
            yield from _watching_lost(key, expected, state[key], chat)
        elif state[key] != expected and key in watch.outside:
            yield f"{key} of others was changed from {expected} to {state[key]}"


def _mentions_own(value: Any, chat: Chat) -> bool:
    text = json.dumps(value)
    return chat.api in text or any(name in text for name in chat.functions.values())


def _widgets_lost(key: str, before: Any, after: Any, chat: Chat) -> Iterator[str]:
    left = json.dumps(after)
    for widget in before["widgets"]:
        if not _mentions_own(widget, chat):
            if widget not in after["widgets"]:
                yield f"{key} lost a widget of others"
            continue
        for row in widget["properties"].get("metrics", ()):
            if not _mentions_own(row, chat) and json.dumps(row)[1:-1] not in left:
                yield f"{key} lost a metric of others"


def _watching_lost(key: str, before: Any, after: Any, chat: Chat) -> Iterator[str]:
    others = [one for one in before["looks_at"] if not _mentions_own(one, chat)]
    if any(one not in after["looks_at"] for one in others):
        yield f"{key} no longer looks at what others have"
    if before["actions"] != after["actions"]:
        yield f"{key} of others had its actions switched"


def _permissions_lost(key: str, before: Any, after: Any, chat: Chat) -> Iterator[str]:
    left = json.dumps(after)
    for statement in before["Statement"]:
        if chat.api not in json.dumps(statement):
            if statement not in after["Statement"]:
                yield f"{key} lost a statement of others"
            continue
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for resource in resources:
            if chat.api not in resource and json.dumps(resource) not in left:
                yield f"{key} lost a resource of others"


def all_is_gone(watch: Watch, state: State, kept: set[str]) -> Iterator[str]:
    """After an ending that says it is done. `kept`: ARNs that the plan says it keeps."""
    for key in sorted(watch.own & state.keys()):
        kind, _, name = key.partition(":")
        if kind not in {"api", "stage", "mapping", "function", "table", "alarm", "role"}:
            continue
        if needed_by(key, state, set(watch.outside)) or any(arn.endswith(name) for arn in kept):
            continue
        yield f"{key} is left, and nobody needs it"


def journal_is_complete(aws: FakeAws, lines: list[Line], deaths: int) -> Iterator[str]:
    """Every call that could have changed AWS has its line before and its line after; but for where the process died."""
    begun = [line for line in lines if line["event"].endswith("_begun") and "call" in line["data"]]
    ended = [line for line in lines if line["event"].endswith(("_ended", "_failed")) and "name" in line["data"]]
    said = {_spelled(line["data"]["call"]["operation"], line["data"]["call"]["parameters"]) for line in begun}
    for call in aws.calls.writes():
        if _spelled(_snake(call.operation), call.parameters) not in said:
            yield f"{call.name} {call.parameters} is not in the journal"
    if len(begun) - len(ended) > deaths:
        yield f"{len(begun)} calls were begun and only {len(ended)} ended, with {deaths} deaths"
    if aws.calls.writes() and not begun:
        yield "the journal is empty"


def _spelled(operation: str, parameters: Any) -> str:
    return f"{operation} {json.dumps(parameters, sort_keys=True, default=str)}"


def _snake(name: str) -> str:
    spelled = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return spelled.strip("_")


_LEVERS = {
    "function": ("concurrency",),
    "stage": ("closed", "unreachable"),
    "alarm": ("actions",),
    "logs": ("retention",),
}


def levers_are_back(watch: Watch, state: State, *, alarms: bool) -> Iterator[str]:
    """Of what still stands and people did not change. `alarms`: also what only undo sets back."""
    for key in sorted(watch.own & state.keys() - watch.hands_off.keys()):
        kind = key.partition(":")[0]
        if kind not in _LEVERS or (kind in {"alarm", "logs"} and not alarms):
            continue
        for lever in _LEVERS[kind]:
            if state[key][lever] != watch.start[key][lever]:
                yield f"{key}: {lever} was {watch.start[key][lever]} and is {state[key][lever]}"


def reversible_is_back(watch: Watch, chat: Chat, state: State) -> Iterator[str]:
    """After undo: addresses that lead to an API that still stands, and all that is edited and not deleted."""
    yield from levers_are_back(watch, state, alarms=True)
    if f"stage:{chat.api}/{chat.stage}" not in state:
        return
    for key in sorted(watch.own - state.keys() - watch.hands_off.keys()):
        if key.startswith(("mapping:", "record:")):
            yield f"{key} is not back"
    for key in sorted(watch.own & state.keys() - watch.hands_off.keys()):
        if key.startswith(("dashboard:", "role:", "api:", "record:")) and state[key] != watch.start[key]:
            yield f"{key} was {watch.start[key]} and is {state[key]}"


def door_was_closed_for_good(lines: list[Line]) -> bool:
    return any(line["event"] in {"step_begun", "step_done"} and line["step"].startswith("close ") for line in lines)


def kept_by(plan: Path) -> set[str]:
    return {one["subject"] for one in json.loads(plan.read_text())["kept"]} if plan.exists() else set()


def final_state(aws: FakeAws) -> State:
    return state_of(aws)
