"""docs/reference/checklist-items.md, from the catalogue and the probes."""

from __future__ import annotations

import re
from typing import Final

from checklists.aws.permissions import OPERATIONS
from checklists.catalogue.entry import Each, EachEntry, ItemEntry
from checklists.catalogue.load import Catalogue, shipped
from checklists.model import AUDIENCES
from checklists.outputs.words import HEADINGS
from checklists.phases import STAGES
from checklists.probes import PROBES
from checklists.probes.probe import SURVEY_HOURS

_EACH: Final[dict[Each, str]] = {
    "route": "each route of the application",
    "stage": "each stage of a live API",
    "delete": "each live thing that goes",
    "edit": "each live thing that is shared and stays",
    "unknown": "each live thing of which it is not known who uses it",
}
_ALL: Final = frozenset(action for actions, _ in OPERATIONS.values() for action in actions)

_INTRODUCTION: Final = f"""# The items of the checklist

Made from the catalogue by `scripts/reference.py`. An item of kind `auto` is closed by evidence alone; an `assisted`
one by a person, unless evidence speaks against it; a `manual` one by a person. No item is closed by a lack of data, by
an error of AWS, or by evidence that is out of date: a survey of AWS counts for {SURVEY_HOURS} hours. A tick counts for
ever, where no number of days is named. Where AWS is not asked (`--aws`), what only the account knows is left to a
person.

## Phases

A phase ends so long after the first day of the checklist, unless the settings give it a date.

| phase | stage | what happens | ends after |
|--|--|--|--|
"""

_SETTINGS: Final = """
## Settings

In `[checklist]` of `ws2sse.toml` (or `[tool.ws2sse.checklist]` of `pyproject.toml`), or in the file that its key `file`
names, then without that prefix. Keys, items, phases and probes that there are not are errors.

```toml
[checklist]
business_cycle_days = 31            # after so many days everybody who uses the API has come once
apis = ["a1b2c3d4e5"]               # live APIs that go; without it those that the files declare

[checklist.phases]
cutover = 2027-03-01

[checklist.new_path]                # what watches the new path in CloudWatch
alarms = ["sse-*"]
dashboards = ["chat-streams"]

[checklist.items.OPS-RUNBOOK]
title = "Update the runbook in the wiki"
owner = "@night-shift"
due = 2027-02-01

[checklist.items.INFRA-REMOVE-EDGE]
not_applicable = "Nothing stands in front of the API."

[checklist.items.INFRA-DELETE]      # of many items alike: all of them; one alone by its whole id
owner = "@platform"

[[checklist.new]]
id = "ACME-AUDIT"
title = "Tell the auditors"
audience = "operations"
phase = "confirm"
depends_on = ["INFRA-ORPHANS"]

[[checklist.waivers]]
item = "DEV-OLD-APPS"
reason = "The kiosks are replaced in June."
approved_by = "@head-of-retail"
granted_at = 2027-01-10
expires = 2027-06-30
ticket = "KIOSK-12"

[[checklist.answers]]
item = "OPS-ROLLBACK"
answer = "yes"
by = "@mia"
on = 2027-02-14
words = "Ten percent went back for an hour."
```

A waived item is shown with the days that are left, and the status that it would have beside; when they are over it
returns. An answer stands for a tick, and says who and when.
"""


def items_page(catalogue: Catalogue | None = None) -> str:
    known = catalogue or shipped()
    lines = [_INTRODUCTION.rstrip("\n")]
    for name, plan in known.plan.items():
        after = " ".join([f"{plan.months} months"] * bool(plan.months) + [f"{plan.days} days"] * bool(plan.days))
        lines.append(f"| `{name}` | {plan.stage} {STAGES[plan.stage]} | {plan.title} | {after} |")
    for audience in AUDIENCES:
        lines += ["", f"## {HEADINGS[audience]}", ""]
        for entry in (one for one in (*known.items, *known.each) if one.audience == audience):
            lines += _entry(entry)
    return "\n".join(lines) + "\n" + _SETTINGS


def _entry(entry: ItemEntry) -> list[str]:
    told = [f"phase `{entry.phase}`", entry.kind, f"risk {entry.risk}"]
    if isinstance(entry, EachEntry):
        types = f" of type {', '.join(f'`{one}`' for one in entry.types)}" if entry.types else ""
        told.insert(0, f"one for {_EACH[entry.each]}{types}")
    if entry.valid_days:
        told.append(f"a tick counts for {entry.valid_days} days")
    waits = f" Waits for {', '.join(f'`{one}`' for one in entry.depends_on)}." if entry.depends_on else ""
    gates = f" Checked once more before: {', '.join(f'`{one}`' for one in entry.gates)}." if entry.gates else ""
    return [f"### {_title(entry)}", "", f"`{entry.id}`: {', '.join(told)}.{waits}{gates}", "", _evidence(entry), ""]


def _title(entry: ItemEntry) -> str:
    """With capitals where each item has the name of its thing."""
    return re.sub(r"\{(\w+)\}", lambda word: "" if word[1] == "api" else word[1].upper(), entry.title)


def _evidence(entry: ItemEntry) -> str:
    if entry.probe is None:
        return "Evidence: none can be measured; a person says."
    probe = PROBES[entry.probe]
    if not probe.permissions:
        return f"Evidence (`{probe.name}`): {probe.says}"
    needed = ", ".join(f"`{one}`" for one in probe.permissions)
    if len(probe.permissions) > 12:
        needed = f"{len(probe.permissions)} of the {len(_ALL)} that `ws2sse checklist iam-policy` prints"
    return f"Evidence (`{probe.name}`): {probe.says} Permissions: {needed}."
