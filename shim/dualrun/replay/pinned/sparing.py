"""Moto does some work for each call that comes out the same every time; here it is done once.

On `examples/chat` a call to DynamoDB is most of what a dual run costs. Nothing of what moto answers changes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from moto.core import responses
from moto.core.model import Shape
from moto.core.serialize import AttributePicker, AttributePickerContext, ResponseSerializer

_MISSING: Final = object()

MOST_KNOWN: Final = 20_000
"""Members of answers whose names are remembered."""


def spare_moto() -> None:
    """Before the application is imported."""
    # Each call lists the methods of its service anew, with `inspect`.
    responses.method_names_from_class = cache(responses.method_names_from_class)  # type: ignore[attr-defined]
    _names_of_members()
    _no_signing()


def _no_signing() -> None:
    """Moto reads who signs, and never whether the signature is right. Signed addresses, which an application may give
    to its clients, stay as they are."""
    original = SigV4Auth.canonical_request

    def canonical_request(signer: SigV4Auth, request: AWSRequest) -> str:
        return "" if type(signer) is SigV4Auth else str(original(signer, request))

    SigV4Auth.canonical_request = canonical_request  # type: ignore[assignment, method-assign]


def _names_of_members() -> None:
    """Of each member of an answer moto tries several names, which depend on the shape alone where it looks in a dict:
    an item of DynamoDB has ten members for each attribute, of which nine are absent."""
    original = ResponseSerializer.get_value
    known: dict[tuple[type, Shape, Shape | None, str], tuple[str, ...]] = {}

    def get_value(serializer: ResponseSerializer, value: Any, key: str, shape: Shape) -> Any:  # noqa: ANN401
        picker = serializer._value_picker  # noqa: SLF001
        if type(value) is not dict or not isinstance(picker, AttributePicker) or picker.response_transformers:
            return original(serializer, value, key, shape)
        place = (type(picker), shape, getattr(shape, "parent", None), key)
        names = known.get(place)
        if names is None:
            if len(known) >= MOST_KNOWN:
                known.clear()
            context = AttributePickerContext(
                obj=value,
                key=key,
                shape=shape,
                operation_model=serializer.operation_model,
                service_model=serializer.operation_model.service_model,
                key_path="",
            )
            names = known[place] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
        for name in names:
            if "." in name:
                return original(serializer, value, key, shape)
            found = value.get(name, _MISSING)
            if found is not _MISSING:
                return found
        return None

    ResponseSerializer.get_value = get_value  # type: ignore[assignment, method-assign]
