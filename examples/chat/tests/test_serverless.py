import importlib

import pytest


def test_every_declared_function_exists(declared, table):
    for function in declared["functions"].values():
        module, _, name = function["handler"].rpartition(".")
        assert callable(getattr(importlib.import_module(module.replace("/", ".")), name))


@pytest.mark.parametrize("name", ["chat", "ping"])
def test_a_message_type_with_a_handler_has_a_route(declared, chat, name):
    assert name in chat.handlers.router.handlers
    assert declared["functions"][name]["events"] == [{"websocket": {"route": name}}]
