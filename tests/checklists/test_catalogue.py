import pytest

from checklists.catalogue.items import items
from checklists.catalogue.load import shipped
from checklists.model import AUDIENCES
from checklists.probes import PROBES
from migrator.inventory.model import Api, Inventory, Route
from migrator.inventory.record import Location

HERE = Location(path="serverless.yml")


def _with_routes(*apis: tuple[str, list[str]]) -> Inventory:
    return Inventory(
        application="a",
        apis=tuple(
            Api(
                id=name,
                name=name,
                location=HERE,
                routes=tuple(Route(key=key, handler="h", location=HERE) for key in keys),
            )
            for name, keys in apis
        ),
    )


@pytest.mark.parametrize(
    ("audience", "ids"),
    [
        (
            "developer",
            [
                "DEV-FIND-CODE",
                "DEV-REPLACE-SSE",
                "DEV-UPDATE-CLIENTS",
                "DEV-ERROR-HANDLING",
                "DEV-REMOVE-RECONNECT",
                "DEV-UPDATE-TESTS",
                "DEV-UPDATE-DOCS",
            ],
        ),
        (
            "infrastructure",
            ["INFRA-PLAN-API", "INFRA-PLAN-TABLE", "INFRA-PLAN-FUNCTIONS", "INFRA-LOG-RETENTION", "INFRA-COST"],
        ),
        ("operations", ["OPS-DASHBOARDS", "OPS-ALARMS", "OPS-RUNBOOK", "OPS-NOTIFY-SUPPORT"]),
    ],
)
def test_each_list_has_all_of_its_items_in_order(audience, ids):
    found = [item.id for item in items(_with_routes()) if item.audience == audience]
    assert [item_id for item_id in found if item_id in ids] == ids


@pytest.mark.parametrize(
    ("stage", "ids"),
    [
        (1, {"DEV-STOP-NEW", "DEV-NEW-ON-SSE"}),
        (2, {"DEV-MOVE-ROUTE/Api/chat", "DEV-MOVE-ROUTE/Api/agent_run"}),
        (3, {"INFRA-REMOVE-API", "INFRA-CLEAN-UP", "DEV-ARCHIVE-DOCS"}),
    ],
)
def test_each_stage_has_its_steps(stage, ids):
    found = {
        item.id
        for item in items(_with_routes(("Api", ["chat", "agent_run"])))
        if shipped().plan[item.phase].stage == stage
    }
    assert ids <= found


def test_every_item_names_a_probe_and_dependencies_that_exist():
    found = items(_with_routes(("Api", ["chat"])))
    ids = {item.id for item in found}
    assert len(ids) == len(found)
    assert {needed for item in found for needed in item.depends_on} <= ids
    assert {entry.probe for entry in (*shipped().items, *shipped().each) if entry.probe} == set(PROBES)
    assert {item.audience for item in found} == set(AUDIENCES)
    assert all(item.probe for item in found if item.kind == "auto")


def test_dependencies_never_go_in_a_circle():
    open_items = {item.id: set(item.depends_on) for item in items(_with_routes(("Api", ["chat"])))}
    while open_items:
        free = {item_id for item_id, needs in open_items.items() if not needs & open_items.keys()}
        assert free, open_items
        open_items = {item_id: needs for item_id, needs in open_items.items() if item_id not in free}


def test_route_ids_differ_when_routes_differ_and_can_stand_in_a_comment():
    keys = ["a-->b", "a b", "a%20b", "--", "%2D%2D", "ルート", "a/b", "<!--", "$default"]
    ids = [item.id for item in items(_with_routes(("A", keys), ("B", keys))) if item.id.startswith("DEV-MOVE-ROUTE/")]
    assert len(set(ids)) == 2 * len(keys)
    assert not any(bad in item_id for item_id in ids for bad in (" ", "--", "<", ">"))


def test_a_route_that_is_declared_twice_is_one_item():
    found = items(_with_routes(("A", ["chat", "chat"])))
    assert len({item.id for item in found}) == len(found)
