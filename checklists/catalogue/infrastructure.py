"""What the people who run the infrastructure do."""

from __future__ import annotations

from functools import partial
from typing import Final

from checklists.model import Item

_item = partial(Item, audience="infrastructure")

ITEMS: Final = (
    _item(
        id="INFRA-PLAN-API",
        title="Plan the deletion of the API Gateway WebSocket endpoint",
        phase="verify",
        kind="assisted",
        probe="api_plan",
        action=(
            "Write down what goes and in which order: custom domain mappings first (AWS refuses to delete "
            "an API that still has one), then stages, then the API. Say who may still be connected, and "
            "how long it has to be silent before."
        ),
        undo="A plan changes nothing.",
    ),
    _item(
        id="INFRA-PLAN-TABLE",
        title="Plan the deletion of the DynamoDB connection table",
        phase="verify",
        kind="assisted",
        probe="table_plan",
        action=(
            "Decide for each table that keeps connection ids: delete it after a last backup, or keep it "
            "and remove only those items, because something else lives there too."
        ),
        undo="A plan changes nothing.",
    ),
    _item(
        id="INFRA-PLAN-FUNCTIONS",
        title="Plan the deletion of the Lambda functions",
        phase="verify",
        kind="assisted",
        probe="function_plan",
        action=(
            "Decide for each function: delete it when only the WebSocket API calls it; keep it and drop "
            "the permission when a queue, a stream, a schedule or another API calls it too."
        ),
        undo="A plan changes nothing.",
    ),
    _item(
        id="INFRA-LOG-RETENTION",
        title="Set how long CloudWatch keeps the logs",
        phase="cutover",
        kind="assisted",
        probe="log_retention",
        action=(
            "Give every log group of the WebSocket path a retention, before its function is deleted: a "
            "group without one is kept, and paid, for ever. Check the groups that Lambda made by itself "
            "in the console too, then tick."
        ),
        undo="Change the retention back; what has expired does not come back.",
    ),
    _item(
        id="INFRA-REMOVE-API",
        title="Delete the WebSocket endpoint",
        phase="teardown",
        kind="assisted",
        probe="api_removed",
        depends_on=("INFRA-PLAN-API", "DEV-REPLACE-SSE", "DEV-UPDATE-CLIENTS", "OPS-NOTIFY-SUPPORT"),
        action=(
            "When nobody connects any more, remove the API from the files that declare it and deploy. "
            "Tick when it is gone from the account too."
        ),
        undo=(
            "Deploy the previous version of the files. The API gets a new id, so its address changes "
            "unless a custom domain leads to it."
        ),
    ),
    _item(
        id="INFRA-CLEAN-UP",
        title="Clean up what only the WebSocket path used",
        phase="teardown",
        kind="assisted",
        probe="resources_removed",
        depends_on=("INFRA-REMOVE-API", "INFRA-PLAN-TABLE", "INFRA-PLAN-FUNCTIONS", "INFRA-LOG-RETENTION"),
        action=(
            "Remove functions, then their log groups, the connection table after a backup, permissions, "
            "roles, alarms and parameters. Edit what is shared instead of deleting it. Tick when they are "
            "gone from the account too."
        ),
        undo="Deploy the previous version of the files, and restore the table from its backup.",
    ),
    _item(
        id="INFRA-COST",
        title="Confirm that costs went down",
        phase="confirm",
        kind="manual",
        probe="cost_measured",
        depends_on=("INFRA-CLEAN-UP",),
        action=(
            "Compare the bill of a month before with a month after: API Gateway messages and connection "
            "minutes, Lambda, DynamoDB, against what serves the streams now. Write both numbers into the "
            "notes, also when costs went up, and tick."
        ),
        undo="Nothing to undo.",
    ),
)
