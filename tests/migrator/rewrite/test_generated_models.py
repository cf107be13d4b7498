"""The generated base class of messages reads like the dict that it stands in for."""

import json
import sys
import types
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rewrite.service import ModelView
from templates import render

KEYS = ("text", "class", "copy", "model_config", "get", "as_sent", "_sent", "__class__", "of", "a b", "json", "schema")


def models() -> types.ModuleType:
    fields = ("    text: Any = Field(default=None)", '    key_class: Any = Field(default=None, alias="class")')
    source = render("application/sse_service/models.py.j2", models=[ModelView("ChatMessage", "A message.", fields)])
    module = types.ModuleType("generated_models")
    sys.modules[module.__name__] = module  # where Pydantic looks up the names in annotations
    exec(compile(source, "models.py", "exec"), module.__dict__)  # our own template
    return module


ChatMessage = models().ChatMessage

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(), json_values, max_size=8))
def test_any_object_arrives_as_it_was_sent(sent: dict[str, Any]) -> None:
    message = ChatMessage.of(json.dumps(sent))
    assert json.dumps(message.as_sent()) == json.dumps(sent)
    for key in (*KEYS, *sent):
        assert (key in message) == (key in sent)
        assert message.get(key, "other") == sent.get(key, "other")
        if key in sent:
            assert message[key] == sent[key]
        else:
            with pytest.raises(KeyError):
                message[key]


def test_an_attribute_that_was_not_sent_raises_what_the_dict_raised() -> None:
    with pytest.raises(KeyError) as missing:
        _ = ChatMessage.of("{}").text
    assert missing.value.args == ("text",)
    assert ChatMessage.of('{"text": null}').text is None
    with pytest.raises(AttributeError):
        _ = ChatMessage.of("{}").other


def test_what_is_no_object_is_refused() -> None:
    for text in ("[]", '"x"', "null", "{"):
        with pytest.raises(ValueError, match=r"JSON|valid|Expecting"):
            ChatMessage.of(text)
