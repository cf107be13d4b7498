"""What of an inventory can be run, and what has to be said before it can."""

from __future__ import annotations

import pytest

from migrator.hostable import NotHostable, environment_of, names_at_lambda, one_for_all
from migrator.inventory.model import Handler, Inventory, Resource
from migrator.inventory.record import Location
from tests.migrator.configured import handler


def own(*handlers: Handler) -> dict[str, dict[str, str]]:
    inventory = Inventory(application="a", handlers=handlers)
    return {handler.id: environment_of(inventory, handler.id) for handler in handlers}


class TestTheEnvironment:
    def test_functions_that_disagree_are_not_mixed(self) -> None:
        with pytest.raises(NotHostable, match=r"TABLE is 'a' for one function and 'b' for app\.py:two"):
            one_for_all(own(handler("one", TABLE="a"), handler("two", TABLE="b")))

    def test_the_caller_can_choose(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TABLE", "c")

        assert own(handler("one", TABLE="a"), handler("two", TABLE="b")) == {"app.py:one": {}, "app.py:two": {}}

    def test_what_one_has_more_than_the_other_does_no_harm(self) -> None:
        assert one_for_all(own(handler("one", TABLE="a"), handler("two", QUEUE="b"))) == {"TABLE": "a", "QUEUE": "b"}

    def test_a_functions_own_variables_win_over_those_of_all(self) -> None:
        inventory = Inventory(application="a", handlers=(handler("one", TABLE="own"),), environment={"TABLE": "all"})

        assert environment_of(inventory, "app.py:one") == {"TABLE": "own"}


class TestDeployedFunctions:
    declared = handler("say").model_copy(update={"declared_in": Location(path="s.yml", line=7)})
    resource = Resource(
        id="SayFunction",
        type="AWS::Serverless::Function",
        use="websocket_only",
        reason="",
        properties={"FunctionName": "chat-say"},
        location=Location(path="s.yml", line=7),
    )

    def test_a_name_that_is_not_known_is_asked_for(self) -> None:
        with pytest.raises(NotHostable, match=r"app\.py:say: its name at Lambda is not declared and has to be given"):
            names_at_lambda(Inventory(application="a", handlers=(self.declared,)), {"app.py:say"}, {})

    def test_a_name_for_what_is_not_there_is_refused(self) -> None:
        with pytest.raises(NotHostable, match=r"app\.py:sya is given a name at Lambda, but no route has it"):
            names_at_lambda(Inventory(application="a"), set(), {"app.py:sya": "chat-say"})

    def test_a_declared_name_is_taken(self) -> None:
        inventory = Inventory(application="a", handlers=(self.declared,), resources=(self.resource,))

        assert names_at_lambda(inventory, {"app.py:say"}, {}) == {"app.py:say": "chat-say"}

    def test_a_given_one_wins(self) -> None:
        inventory = Inventory(application="a", handlers=(self.declared,), resources=(self.resource,))

        assert names_at_lambda(inventory, {"app.py:say"}, {"app.py:say": "other:live"}) == {"app.py:say": "other:live"}
