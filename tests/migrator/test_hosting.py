"""What of an inventory the shim may serve, and what it refuses with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.hosting import NotHostable, _environment, api_definition, token_places, web_folder
from migrator.inventory.model import Api, Client, Handler, Inventory, Problem, Route, Trigger
from migrator.inventory.record import Location

API = Api(
    id="Api",
    name="api",
    routes=(Route(key="say", handler="app.py:say", location=Location(path="s.yml")),),
    location=Location(path="s.yml"),
)


def handler(name: str, **environment: str) -> Handler:
    return Handler(
        id=f"app.py:{name}",
        path="app.py",
        module="app",
        function=name,
        language="python",
        triggers=(Trigger(kind="route", source=name),),
        environment=environment,
    )


def client(path: str) -> Client:
    return Client(location=Location(path=path), language="javascript", library="WebSocket")


def page(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<!doctype html>")


class TestThePageOfTheApplication:
    def test_a_folder_with_server_code_is_never_served(self, tmp_path: Path) -> None:
        page(tmp_path)
        inventory = Inventory(application="a", apis=(API,), handlers=(handler("say"),), clients=(client("index.html"),))

        assert web_folder(tmp_path, inventory) is None

    def test_a_folder_of_its_own_is(self, tmp_path: Path) -> None:
        page(tmp_path / "web")
        inventory = Inventory(
            application="a", apis=(API,), handlers=(handler("say"),), clients=(client("web/chat.js"),)
        )

        assert web_folder(tmp_path, inventory) == tmp_path / "web"


class TestTheEnvironment:
    def test_functions_that_disagree_are_not_mixed(self) -> None:
        inventory = Inventory(application="a", handlers=(handler("one", TABLE="a"), handler("two", TABLE="b")))

        with pytest.raises(NotHostable, match=r"TABLE is 'a' for one function and 'b' for app\.py:two"):
            _environment(inventory, {"app.py:one", "app.py:two"})

    def test_the_caller_can_choose(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TABLE", "c")
        inventory = Inventory(application="a", handlers=(handler("one", TABLE="a"), handler("two", TABLE="b")))

        assert "TABLE" in _environment(inventory, {"app.py:one", "app.py:two"})

    def test_what_is_not_served_does_not_count(self) -> None:
        inventory = Inventory(application="a", handlers=(handler("one", TABLE="a"), handler("two", TABLE="b")))

        assert _environment(inventory, {"app.py:one"}) == {"TABLE": "a"}


def test_a_declared_part_that_was_not_understood_is_not_guessed() -> None:
    problem = Problem(location=Location(path="s.yml", line=3), message="not YAML", serious=True)

    with pytest.raises(NotHostable, match=r"s\.yml:3:1: not YAML"):
        api_definition(Inventory(application="a", apis=(API,), problems=(problem,)))


def test_one_api_is_expected() -> None:
    with pytest.raises(NotHostable, match="these were found: none"):
        api_definition(Inventory(application="a"))


def test_places_of_a_token_are_unknown_without_an_authorizer() -> None:
    assert token_places(Inventory(application="a", apis=(API,))).header is None
