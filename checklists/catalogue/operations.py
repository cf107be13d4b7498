"""What operations and support do."""

from __future__ import annotations

from functools import partial
from typing import Final

from checklists.model import Item

_item = partial(Item, audience="operations")

ITEMS: Final = (
    _item(
        id="OPS-DASHBOARDS",
        title="Update the monitoring dashboards",
        phase="cutover",
        kind="assisted",
        probe="dashboards",
        action=(
            "Show open streams, events sent, resumes, gaps and errors of the SSE service, before the "
            "WebSocket widgets go. Tick when the dashboards are as wanted."
        ),
        undo="Restore the previous dashboards.",
    ),
    _item(
        id="OPS-ALARMS",
        title="Review the alarms",
        phase="cutover",
        kind="assisted",
        probe="alarms",
        action=(
            "Make alarms for the SSE service first. Then switch off the actions of the WebSocket alarms, "
            "or the planned shutdown will page somebody. Tick when done."
        ),
        undo="Switch the actions on again.",
    ),
    _item(
        id="OPS-RUNBOOK",
        title="Update the runbook",
        phase="cutover",
        kind="manual",
        action=(
            "Describe how to see that streams are healthy, how to restart and drain the service, what a "
            "gap means, and how to go back to WebSocket as long as that is possible."
        ),
        undo="Restore the previous runbook.",
    ),
    _item(
        id="OPS-NOTIFY-SUPPORT",
        title="Tell the support team",
        phase="cutover",
        kind="manual",
        action=(
            "Tell support what changes for users, from when on, which old clients will stop working, and whom to call."
        ),
        undo="Tell them that the plan has changed.",
    ),
)
