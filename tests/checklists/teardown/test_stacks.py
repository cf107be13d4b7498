"""A stack goes as a whole or not at all, on an AWS in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from tests.awsfake import ACCOUNT, REGION, FakeAws, fake_aws
from tests.awsfake.estates import chat
from tests.awsfake.stacks import Resource, Stacks
from tests.checklists.teardown.site import Site, site_of
from tests.running import CHAT


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return scan_application(CHAT)


@pytest.fixture
def in_stack(inventory: Inventory) -> Iterator[Callable[..., Site]]:
    with fake_aws() as aws:
        yield partial(_stacked, aws, inventory)


def _stacked(aws: FakeAws, inventory: Inventory, importer: str = "", **stack: Any) -> Site:
    app = chat(aws, domain="")
    assert app.stack is not None
    if importer:
        aws.room(Stacks, ACCOUNT, REGION).create(importer, [], imports=tuple(stack["exports"]))
    for name, value in stack.items():
        setattr(app.stack, name, value)
    return site_of(aws, app, inventory)


def test_a_stack_waits_for_its_protection_and_is_tried_again_when_cloudformation_gave_up(
    in_stack: Callable[..., Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = in_stack(protected=True)
    assert site.app.stack is not None
    gates = next(step.gates for step in site.plan.steps if step.id.startswith("delete-stack"))
    assert {"no_imports", "no_mappings", "not_protected"} <= {gate.name for gate in gates}
    ending = site.apply(tmp_path)
    assert ending.kind == "stopped"
    assert any("EnableTerminationProtection is on" in line for line in ending.words)

    site.app.stack.protected = False
    with monkeypatch.context() as refusing:
        refusing.setattr("tests.awsfake.stacks.delete_resource", _refuse)
        ending = site.apply(tmp_path)
    assert ending.exit_status == 2
    assert any("could not delete all of it" in line for line in ending.words)

    ending = site.apply(tmp_path)
    assert ending.kind == "done", ending.words
    assert site.app.stack.deleted_at is not None
    assert not site.aws.calls.of("lambda:DeleteFunction")
    assert site.aws.client("dynamodb").list_backups()["BackupSummaries"]


def test_a_stack_that_another_imports_waits_until_it_does_so_no_more(
    in_stack: Callable[..., Site], tmp_path: Path
) -> None:
    """Who imported it was known when the plan was made; the plan is as good without them."""
    site = in_stack(exports={"chat-table": "connections"}, importer="reports")
    ending = site.apply(tmp_path)
    assert ending.kind == "stopped"
    assert any("imported by reports" in line for line in ending.words)

    (reports,) = (one for one in site.aws.room(Stacks, ACCOUNT, REGION).all if one.name == "reports")
    reports.imports = ()
    ending = site.apply(tmp_path)
    assert ending.kind == "done", ending.words


def _refuse(*_resource: object) -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "you may not"}}, "DeleteFunction")


def test_a_stack_with_something_else_in_it_is_left_to_a_person(
    in_stack: Callable[..., Site], inventory: Inventory
) -> None:
    site = in_stack()
    assert site.app.stack is not None
    assert any(step.id.startswith("delete-stack") for step in site.plan.steps)
    site.app.stack.resources.append(Resource("Uploads", "AWS::S3::Bucket", "uploads"))
    steps = site_of(site.aws, site.app, inventory).plan.steps

    assert not any(step.id.startswith("delete-stack") for step in steps)
    (person,) = (step for step in steps if step.id.startswith("remove-from-stack"))
    assert "Uploads" in person.why
    assert any(place.startswith("serverless.yml:") for place in person.files)


def test_a_dashboard_of_others_that_names_what_a_stack_takes_holds_nothing_up(
    inventory: Inventory, tmp_path: Path
) -> None:
    with fake_aws() as aws:
        app = chat(aws, domain="")
        make = app.builder
        web = make.widget("Web", ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/web/1"])
        both = [make.widget("Chat", ["AWS/ApiGateway", "ConnectCount", "ApiId", app.api]), web]
        make.dashboard("overview", both)
        site = site_of(aws, app, inventory)
        step = next(step for step in site.plan.steps if step.id.startswith("delete-stack"))
        assert [use.user.rpartition("/")[2] for use in step.users if use.mention and "overview" in use.user]
        ending = site.apply(tmp_path)
        assert ending.kind == "done", ending.words
        body = aws.client("cloudwatch").get_dashboard(DashboardName="overview")["DashboardBody"]
        assert json.loads(body) == {"widgets": [web]}
