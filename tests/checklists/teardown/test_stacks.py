"""A stack goes as a whole or not at all, on an AWS in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from migrator.inventory.model import Inventory
from migrator.scan import scan_application
from tests.awsfake import FakeAws, fake_aws
from tests.awsfake.estates import chat
from tests.awsfake.stacks import Resource
from tests.checklists.teardown.site import Site, site_of
from tests.running import CHAT


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return scan_application(CHAT)


@pytest.fixture
def in_stack(inventory: Inventory) -> Iterator[Callable[..., Site]]:
    with fake_aws() as aws:
        yield partial(_stacked, aws, inventory)


def _stacked(aws: FakeAws, inventory: Inventory, **stack: Any) -> Site:
    app = chat(aws, domain="")
    assert app.stack is not None
    for name, value in stack.items():
        setattr(app.stack, name, value)
    return site_of(aws, app, inventory)


def test_a_protected_stack_is_deleted_once_somebody_turned_its_protection_off(
    in_stack: Callable[..., Site], tmp_path: Path
) -> None:
    site = in_stack(protected=True)
    assert site.app.stack is not None
    ending = site.apply(tmp_path)
    assert ending.kind == "stopped"
    assert any("EnableTerminationProtection is on" in line for line in ending.words)

    site.app.stack.protected = False
    ending = site.apply(tmp_path)
    assert not site.aws.calls.of("lambda:DeleteFunction")
    assert ending.kind == "done", ending.words
    assert site.app.stack.deleted_at is not None
    assert site.aws.client("dynamodb").list_backups()["BackupSummaries"]


def test_a_stack_with_something_else_in_it_is_left_to_a_person(in_stack: Callable[..., Site], tmp_path: Path) -> None:
    site = in_stack()
    assert site.app.stack is not None
    site.app.stack.resources.append(Resource("Uploads", "AWS::S3::Bucket", "uploads"))
    site = site_of(site.aws, site.app, scan_application(CHAT))
    ending = site.apply(tmp_path)

    assert ending.exit_status == 3
    assert any("Uploads" in line for line in ending.words)
    assert not site.aws.calls.of("cloudformation:DeleteStack")
    assert not site.aws.calls.of("apigatewayv2:DeleteApi")
