"""A repository is taken apart only where nothing is lost by it."""

from __future__ import annotations

import pytest

from migrator.inventory.model import Api, Handler, Inventory, Push, Route
from migrator.inventory.record import Location
from migrator.scan.applications import applications
from tests.migrator.rewrite.applications import handler


def api(declared_in: str, *handlers: str, name: str = "Api", inferred: bool = False) -> Api:
    place = Location(path=declared_in)
    routes = tuple(Route(key=f"r{n}", handler=found, location=place) for n, found in enumerate(handlers))
    return Api(id=name, name=name, routes=routes, location=place, inferred=inferred)


def repository(*apis: Api, handlers: tuple[Handler, ...] = (), pushes: tuple[Push, ...] = ()) -> Inventory:
    named = tuple(handler(route.handler, route.key) for found in apis for route in found.routes)
    return Inventory(application="r", apis=apis, handlers=(*named, *handlers), pushes=pushes)


def push(path: str, *handlers: str) -> Push:
    return Push(location=Location(path=path), recipient="one", evidence="", function="f", handlers=handlers)


def missing(handler_id: str, known: Inventory) -> Inventory:
    """The same without the code of one handler."""
    handlers = tuple(
        found.model_copy(update={"problem": "there is no file"}) if found.id == handler_id else found
        for found in known.handlers
    )
    return known.model_copy(update={"handlers": handlers})


@pytest.mark.parametrize(
    "known",
    [
        repository(),
        repository(api("serverless.yml")),
        repository(api("a/template.yaml", name="One"), api("a/template.yaml", name="Two")),
        repository(api("serverless.yml"), api("b/template.yaml")),
        repository(api("a/one.yaml"), api("a/two.yaml")),
        repository(api("a/serverless.yml", "src/a.py:f"), api("b/serverless.yml", "b/b.py:f")),
        repository(api("a/app.py", inferred=True), api("b/app.py", inferred=True)),
        repository(
            api("a/serverless.yml", "a/a.py:f"),
            api("b/serverless.yml", "b/b.py:f"),
            pushes=(push("shared/send.py", "a/a.py:f"),),
        ),
        missing("b/b.py:f", repository(api("a/serverless.yml", "a/a.py:f"), api("b/serverless.yml", "b/b.py:f"))),
    ],
    ids=[
        "none",
        "one",
        "one-file",
        "one-above",
        "one-folder",
        "handlers-elsewhere",
        "inferred",
        "shared-code",
        "no-code",
    ],
)
def test_one_application_stays_one(known: Inventory) -> None:
    assert applications(known) == ()


def test_apis_in_folders_that_share_nothing_are_applications() -> None:
    known = repository(
        api("samples/a/infra/template.yaml", "samples/a/src/a.py:f"),
        api("samples/b/serverless.yml", "samples/b/b.py:f", name="One"),
        api("samples/b/serverless.yml", name="Two"),
        api("other/template.yaml", name="Three"),
        pushes=(push("samples/a/src/send.py", "samples/a/src/a.py:f"), push("lib/send.py")),
    )
    assert [(found.folder, found.apis) for found in applications(known)] == [
        ("other", ("Three",)),
        ("samples/a", ("Api",)),
        ("samples/b", ("One", "Two")),
    ]
