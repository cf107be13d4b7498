"""The how-to of `ws2sse deploy` works as it is written, and names the kits, settings and times that there are."""

from __future__ import annotations

import re
from pathlib import Path

from migrator.deploy.compose import NODES
from migrator.deploy.deployment import HELD, NOTICE_S
from migrator.deploy.kits import KITS
from shim.config.setting import SETTINGS
from tests.docs.typed import Page
from tests.migrator.deploy.aws.stacks import stack

PAGE = "docs/how-to/deploy.md"


def test_the_kits_are_written_and_their_page_says_what_to_give(tmp_path: Path) -> None:
    shown = Page(PAGE, {"build/deploy": str(tmp_path / "deploy")}).run("deploy")

    assert shown.startswith("# Deployment of tenant-chat\n")
    assert "| `JWT_SECRET` |" in shown
    assert {path.name for path in (tmp_path / "deploy").iterdir()} == {"README.md", *KITS}


def test_images_are_built_with_the_names_that_compose_looks_for(tmp_path: Path) -> None:
    page = Page(PAGE, {"build/deploy": str(tmp_path / "deploy")})
    page.run("deploy")
    wanted = re.findall(r"_?IMAGE:-([^}]+)}", (tmp_path / "deploy" / "compose" / "compose.yaml").read_text())

    assert len(wanted) == 2
    assert set(re.findall(r"--tag (\S+)", page.text)) == set(wanted)


def test_it_says_how_many_connections_nodes_of_compose_take() -> None:
    assert f"Both nodes together take {HELD * len(NODES):,} connections" in Page(PAGE, {}).text


def test_it_names_all_kits() -> None:
    table = Page(PAGE, {}).text.partition("| kit |")[2].partition("\n\n")[0]

    assert set(re.findall(r"`([a-z]+)`", table)) == set(KITS)


def test_the_parameters_of_ecs_are_those_of_the_stack() -> None:
    table = Page(PAGE, {}).text.partition("## ECS Fargate")[2].partition("\n\n**")[0]
    named = set(re.findall(r"`([A-Z]\w+)`", table))

    assert {"TaskCpu", "MostConnections", "FurtherSecurityGroupIds"} <= named <= set(stack()["Parameters"])


def test_the_settings_and_times_of_how_a_node_ends_are_those_of_the_code() -> None:
    table = Page(PAGE, {}).text.partition("## How a node ends")[2].partition("\n\nEach kit")[0]
    told = dict(re.findall(r"`([a-z_.]+)`, (?:in kits )?(\d+)", table))

    assert told == {
        "drain_notice_s": f"{NOTICE_S:g}",
        **{key: f"{SETTINGS[key].default:g}" for key in ("drain_s", "streams.ending_s")},
    }
