"""Stacks of a few resources, and what must hold for every edit of one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

from migrator.inventory.outcome import Outcome
from migrator.inventory.sites import sites
from migrator.rewrite.edit import Level, RouteLevel
from migrator.rewrite.infra import Infrastructure, Task, plan_infrastructure
from migrator.rewrite.infra.infrastructure import LATER_PATCH
from migrator.scan import scan_application
from tests.migrator.rewrite.applications import with_crlf

CODE = {
    "app.py": """
        import boto3, os

        client = boto3.client("apigatewaymanagementapi", endpoint_url="https://x")
        table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

        def connect(event, context):
            table.put_item(Item={"id": event["requestContext"]["connectionId"]})
            return {"statusCode": 200}

        def say(event, context):
            client.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b"x")
            return {"statusCode": 200}
        """,
    "worker.py": """
        import boto3, os

        def run(event, context):
            client = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["ADDRESS"])
            client.post_to_connection(ConnectionId=event["id"], Data=b"x")
        """,
    "rest.py": """
        def run(event, context):
            return {"statusCode": 200}
        """,
}
"""Routes in app.py, a function that pushes from elsewhere in worker.py, and one that has nothing to do with it."""


def planned(
    folder: Path,
    files: Mapping[str, str],
    *,
    tables: Mapping[str, str] | None = None,
    code: Mapping[str, str] | None = None,
    level: Level | None = "transport",
) -> Infrastructure:
    """`files`: the infrastructure; `tables`: resource id -> why it stays, default: none is known to be unused;
    `code`: the new application's modules, by default the old ones; `level`: of every route."""
    for path, text in {**{name: dedent(source) for name, source in CODE.items()}, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    inventory = scan_application(folder)
    api = inventory.apis[0]
    task = Task(
        application="app",
        inventory=inventory,
        api=api,
        levels=tuple(RouteLevel(api.name, route.key, route.handler, level, "because") for route in api.routes),
        texts=files,
        python={**CODE, **(code or {})},
        tables=tables or {},
        taken=frozenset({*CODE, *files}),
    )
    made = plan_infrastructure(task, inventory)
    for site in sites(inventory):
        if site.kind == "resource":
            assert made.outcome(site).status in {"rewritten", "skipped", "out_of_scope"}
    return made


def after_both_steps(folder: Path, path: str, text: str, **more: object) -> str:
    """What is left of their own file; checked with other line ends, and with a second run."""
    made = planned(folder, {path: text}, **more)  # type: ignore[arg-type]
    left = later(made, path)
    assert later(again(made, {path: with_crlf(text)}), path) == with_crlf(left), "other line ends give another result"
    second = again(made, {path: left}, taken=frozenset(made.new))
    assert [change.later for change in second.changes] in ([{}], []), "a second run changes it again"
    return left


def again(made: Infrastructure, texts: Mapping[str, str], taken: frozenset[str] = frozenset()) -> Infrastructure:
    """The same over other texts."""
    return plan_infrastructure(replace(made.task, texts=texts, taken=taken), made.task.inventory)


def later(made: Infrastructure, path: str) -> str:
    change = next(change for change in made.changes if path in change.paths)
    assert not change.refused, change.refused
    return change.later.get(path, change.first.get(path, made.task.texts[path]))


def apply_later(folder: Path, made: Infrastructure, files: Mapping[str, str]) -> dict[str, str]:
    """The files of the new application after `git apply` of the later step."""
    now = {**files, **made.first, **made.new}
    for path, text in {**now, LATER_PATCH: made.patches.get(LATER_PATCH, "")}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    if LATER_PATCH in made.patches:
        subprocess.run(["git", "apply", "--whitespace=nowarn", LATER_PATCH], cwd=folder, check=True, timeout=30)
    return {path: (folder / path).read_bytes().decode() for path in now}


def outcome(made: Infrastructure, resource: str) -> Outcome:
    site = next(site for site in sites(made.task.inventory) if site.kind == "resource" and site.name == resource)
    return made.outcome(site)
