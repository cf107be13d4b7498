"""What the dashboard and the alerts ask for is what /metrics of a node tells."""

from __future__ import annotations

import asyncio
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, get_args

import httpx
import promql_parser
import pytest
import yaml
from fastapi import FastAPI

from migrator.deploy.dashboard import WIDTH, dashboard
from migrator.deploy.monitoring import files
from shim.emulation import GatewayService
from shim.faces.metrics import MetricsOptions, metrics_router
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.observing import Connected, Disconnected, MessageHandled, Outcome, PushCounts, RefusalReason, Refused
from shim.streams import Streams
from shim.streams.redis.counts import Found
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.streams import RedisStreams
from tests.migrator.deploy.deployments import application, deployment
from tests.migrator.deploy.promql import PANEL_QUERIES, Told, asked_for, check, told_in

TOKEN = "scraper-token-0123456789"
HAPPENINGS = (
    Connected("a", "sse", "192.0.2.1", 0.01),
    Refused("b", "sse", "192.0.2.1", 503, "full", "full"),
    MessageHandled("a", "m", "say", "handled", 0.01, 10),
    Disconnected("a", 1000, "", failed=False),
)


async def scraped(app: FastAPI) -> str:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://node") as http:
        return (await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text


@cache
def told() -> Told:
    """By a node alone and by one of several."""
    texts = []
    options = RedisOptions("redis://127.0.0.1:1")
    for streams in (Streams(), RedisStreams(options)):
        api = ApiDefinition(name="notes", routes={"say": RouteDefinition(LambdaProxy("say"))}, stage="prod")
        service = GatewayService(api, None, streams)  # type: ignore[arg-type]
        app = FastAPI()
        app.include_router(metrics_router(service, MetricsOptions(token=TOKEN)))
        for happening in HAPPENINGS:
            service.observers[0](happening)
        texts.append(asyncio.run(scraped(app)))
    return told_in(texts)


def made(tmp_path: Path) -> dict[str, str]:
    return files(deployment(application(tmp_path / "app")))


def rules(tmp_path: Path) -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(made(tmp_path)["alerts.yaml"])["groups"]
    return list(group["rules"])


@pytest.mark.parametrize(
    "query", ["ws2sse_made_up", 'ws2sse_connections{colour="red"}', "sum by (x) (ws2sse_connections)"]
)
def test_a_query_of_what_is_not_told_is_found(query: str) -> None:
    with pytest.raises(AssertionError):
        check(query, told())


@pytest.mark.parametrize("query", [query for _name, query in PANEL_QUERIES], ids=[name for name, _ in PANEL_QUERIES])
def test_each_panel_asks_for_what_metrics_tells(query: str) -> None:
    check(query, told())


@pytest.mark.parametrize("query", [query for _name, query in PANEL_QUERIES], ids=[name for name, _ in PANEL_QUERIES])
def test_each_panel_shows_the_services_that_are_chosen_alone(query: str) -> None:
    found: list[tuple[str, dict[str, str]]] = []
    asked_for(promql_parser.parse(query), found, set())

    assert all(matchers == {"namespace": "$namespace", "job": "$job"} for _name, matchers in found)


def test_no_alert_adds_up_services_or_asks_for_processes_that_are_none(tmp_path: Path) -> None:
    for rule in rules(tmp_path):
        by = re.findall(r"by \(([^)]*)\)", rule["expr"])
        assert all({"namespace", "job"} <= set(labels.split(", ")) for labels in by), rule["alert"]
        assert ("process_" in rule["expr"]) is rule["expr"].endswith("and on (job, instance) ws2sse_connections_limit")


def test_each_legend_names_a_label_that_its_query_keeps() -> None:
    for name, query in PANEL_QUERIES:
        found: list[tuple[str, dict[str, str]]] = []
        by: set[str] = set()
        asked_for(promql_parser.parse(query), found, by)
        for label in re.findall(r"\{\{(\w+)\}\}", name):
            assert label in by or (label == "instance" and not by), name


def test_each_alert_asks_for_what_metrics_tells_and_says_what_to_do(tmp_path: Path) -> None:
    found = rules(tmp_path)
    for rule in found:
        check(rule["expr"], told())
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"].keys() == {"summary", "description"}
        assert rule["annotations"]["description"].endswith(".")

    assert len({rule["alert"] for rule in found}) == len(found) >= 12


def test_what_alerts_say_of_labels_is_what_they_can_be(tmp_path: Path) -> None:
    words = {
        "reason": set(get_args(RefusalReason)),
        "outcome": set(get_args(Outcome)),
        "what": set(get_args(Found)),
        "way": {"straight", "read"},
        "result": {"told", "lost", *PushCounts.__slots__},
    }
    for rule in rules(tmp_path):
        found: list[tuple[str, dict[str, str]]] = []
        asked_for(promql_parser.parse(rule["expr"]), found, set())
        for _name, matchers in found:
            for label, value in matchers.items():
                assert set(value.split("|")) <= words[label], rule["alert"]


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    read = json.loads(dashboard("notes"))
    panels = read["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= WIDTH
        squares = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not squares & taken
        taken |= squares
    names = [variable["name"] for variable in read["templating"]["list"]]

    assert read["title"] == "notes"
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["description"].endswith(".") for panel in panels if panel["type"] != "row")
    assert {panel["datasource"]["uid"] for panel in panels if panel["type"] != "row"} == {f"${{{names[0]}}}"}
    assert names == ["source", "namespace", "job"]
    assert all(panel["targets"] for panel in panels if panel["type"] != "row")
