"""Every item of the plan that this product was asked for: three lists and three phases, each with a probe or a person.

The texts on the left say what a list asks for, in its own order; on the right stand the items that do it.
"""

import pytest

from checklists.catalogue.items import items
from checklists.catalogue.load import shipped
from checklists.model import Item
from checklists.probes import PROBES
from checklists.probes.probe import Probe
from tests.checklists.account import facts, live

DEVELOPERS = {
    "identify the WebSocket connection code": ["DEV-FIND-CODE"],
    "replace it by an SSE implementation": ["DEV-REPLACE-SSE", "DEV-REPLACE-HANDLERS", "DEV-REPLACE-SENDS"],
    "update the client side": ["DEV-UPDATE-CLIENTS"],
    "review the error handling": ["DEV-ERROR-HANDLING"],
    "remove the reconnect logic, since SSE does it": ["DEV-REMOVE-RECONNECT"],
    "update the test code": ["DEV-UPDATE-TESTS"],
    "update the documents": ["DEV-UPDATE-DOCS"],
}
INFRASTRUCTURE = {
    "plan the deletion of the API Gateway WebSocket endpoint": ["INFRA-PLAN-API"],
    "plan the deletion of the DynamoDB connection table": ["INFRA-PLAN-TABLE"],
    "plan the deletion of the Lambda functions": ["INFRA-PLAN-FUNCTIONS"],
    "set the retention of CloudWatch Logs": ["INFRA-LOG-RETENTION"],
    "confirm the reduction of costs": ["INFRA-COST", "OPS-COST-BASELINE"],
}
OPERATIONS = {
    "update the monitoring dashboards": ["OPS-DASHBOARDS"],
    "review the alert settings": ["OPS-ALARMS"],
    "update the runbook": ["OPS-RUNBOOK"],
    "tell the support team": ["OPS-NOTIFY-SUPPORT"],
}
LISTS = {"developer": DEVELOPERS, "infrastructure": INFRASTRUCTURE, "operations": OPERATIONS}

STAGES = {
    1: {
        "use WebSocket for no new feature": ["DEV-STOP-NEW", "DEV-RATCHET"],
        "recommend SSE for new ones": ["DEV-NEW-ON-SSE"],
    },
    2: {
        "move chat": ["DEV-MOVE-ROUTE/ChatApi/chat"],
        "move the notices of agents and of other processing": ["DEV-MOVE-ROUTE/ChatApi/agent_run"],
    },
    3: {
        "delete the WebSocket endpoints": ["INFRA-MAPPINGS", "INFRA-REMOVE-API"],
        "clean up the resources that belong to them": [
            "INFRA-CLEAN-UP",
            "INFRA-REMOVE-FUNCTIONS",
            "INFRA-REMOVE-TABLES",
        ],
        "archive the documents": ["DEV-ARCHIVE-DOCS"],
    },
}


@pytest.fixture
def by_id(inventory) -> dict[str, Item]:
    return {item.id: item for item in items(inventory)}


@pytest.mark.parametrize("audience", LISTS)
def test_every_item_of_a_list_is_there(by_id, audience):
    for meaning, ids in LISTS[audience].items():
        assert by_id[ids[0]].audience == audience, meaning
        assert set(ids) <= by_id.keys(), meaning


@pytest.mark.parametrize("stage", STAGES)
def test_every_step_of_a_phase_is_there_and_in_its_time(by_id, stage):
    for meaning, ids in STAGES[stage].items():
        if stage == 3:
            assert all(shipped().plan[by_id[one].phase].stage == 3 for one in ids), meaning
        else:
            assert {shipped().plan[by_id[one].phase].stage for one in ids} == {stage}, meaning


def test_stages_end_at_once_after_three_months_and_after_six():
    plan = shipped().plan
    assert [(entry.stage, entry.months) for entry in plan.values()] == [
        (1, 0),
        (2, 2),
        (2, 2),
        (2, 3),
        (3, 4),
        (3, 4),
        (3, 5),
        (3, 6),
    ]


def test_each_item_has_a_probe_or_says_that_a_person_decides(by_id):
    for item in by_id.values():
        assert item.probe in PROBES or item.kind == "manual", item.id
        assert item.action, item.id
        assert item.undo, item.id


def test_each_probe_says_what_supports_and_what_it_may_read():
    for probe in PROBES.values():
        assert isinstance(probe, Probe)
        assert probe.says.endswith("."), probe.name
        assert bool(probe.permissions) == bool(probe.operations), probe.name
        assert all(":" in action for action in probe.permissions)


def test_each_live_thing_is_an_item_and_a_thousand_of_them_are_too(inventory):
    seen = facts(live()).seen
    found = items(inventory, things=seen)
    made = [item for item in found if item.id.startswith(("INFRA-DELETE/", "INFRA-EDIT/"))]
    assert len(made) == len(seen)
    assert {item.subject for item in made} == {thing.arn for thing in seen}
    function = next(thing for thing in seen if thing.kind == "function")
    many = [function.model_copy(update={"arn": f"{function.arn}-{n}", "name": f"{n}"}) for n in range(1000)]
    assert len(items(inventory, things=many)) == len(items(inventory)) + 1000


def test_how_a_thing_goes_is_told_by_who_made_it(inventory):
    seen = facts(live()).seen
    hows = {}
    for manager in (None, "terraform", "cloudformation", "cdk", "sam", "serverless"):
        owned = [thing.model_copy(update={"manager": manager}) for thing in seen]
        hows[manager] = {item.how for item in items(inventory, things=owned) if item.id.startswith("INFRA-DELETE/")}
    assert hows == {
        None: {"api"},
        "terraform": {"terraform"},
        "cloudformation": {"cfn"},
        "cdk": {"cdk"},
        "sam": {"sam"},
        "serverless": {"serverless"},
    }


def test_names_in_aws_can_stand_in_a_marker(inventory):
    hostile = [
        thing.model_copy(update={"arn": f"{thing.arn}--> <x>", "name": "{region} --> <b>"})
        for thing in facts(live()).seen
    ]
    made = [item for item in items(inventory, things=hostile) if item.id.startswith("INFRA-DELETE/")]
    assert made
    assert not any(bad in item.id for item in made for bad in (" ", "--", "<", ">"))
    assert all("{region} --> <b>" in item.title for item in made)
