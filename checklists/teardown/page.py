"""The reference page on teardowns, made from the settings, the phases, the gates and the table of operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from checklists.teardown.allowed import OPERATIONS
from checklists.teardown.model import GATES, PHASES
from checklists.teardown.settings import TeardownSettings

EFFECTS: Final = {
    "delete": "deletes",
    "change": "changes",
    "restore": "takes back",
    "keep": "copies",
}


def teardown_page() -> str:
    """Markdown."""
    return "\n".join([*_settings(), *_phases(), *_gates(), *_operations()])


def _settings() -> Iterator[str]:
    yield "# Teardowns: settings, phases, gates, operations"
    yield ""
    yield "Made from the code by `scripts/reference.py`. [How to tear down one API](../how-to/tear-down-one-api.md)."
    yield ""
    yield "## `[teardown]` of `ws2sse.toml`"
    yield ""
    yield "| setting | default | what it says |"
    yield "|--|--|--|"
    for name, field in TeardownSettings.model_fields.items():
        if name != "business_cycle_days":
            yield f"| `{name}` | {_shown(field.default)} | {field.description} |"
    yield ""
    yield "`business_cycle_days` of `[checklist]` holds here too: over it a stage has to be idle, and it is"
    yield "listened for at least so long before anything is deleted."
    yield ""


def _phases() -> Iterator[str]:
    yield "## Phases"
    yield ""
    yield "In this order, as far as one step waits for another. All up to `unmap` can be taken back."
    yield ""
    yield "| phase | what happens |"
    yield "|--|--|"
    yield from (f"| `{name}` | {words} |" for name, words in PHASES.items())
    yield ""


def _gates() -> Iterator[str]:
    yield "## Gates"
    yield ""
    yield "A step is done only if all of its gates hold right before it."
    yield ""
    yield "| gate | it holds when |"
    yield "|--|--|"
    yield from (f"| `{name}` | {words} |" for name, words in GATES.items())
    yield ""


def _operations() -> Iterator[str]:
    yield "## Operations"
    yield ""
    yield "All that a teardown can call and that changes anything. A plan with another one is not read."
    yield ""
    yield "| operation | it | IAM actions |"
    yield "|--|--|--|"
    for name, operation in sorted(OPERATIONS.items()):
        yield f"| `{name}` | {EFFECTS[operation.effect]} | {', '.join(f'`{action}`' for action in operation.actions)} |"
    yield ""


def _shown(value: object) -> str:
    if value in ((), ""):
        return "none"
    return f"`{list(value)}`" if isinstance(value, tuple) else f"`{str(value).lower() if value is False else value}`"
