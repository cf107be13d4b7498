"""AWS operations that moto doesn't know, answered in the shape that botocore's model of the service declares."""

from __future__ import annotations

import json
from contextvars import ContextVar
from typing import Any, Final

from botocore.endpoint import Endpoint
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from moto.core.botocore_stubber import BotocoreStubber

from shim.backends.push_seams import whole
from shim.backends.pushes import PushAnswer
from shim.dualrun.replay.pinned.answers import JSON, Answers, digest, sized
from shim.dualrun.replay.pinned.network import NetworkClosed

DEEPEST = 4
"""Levels of a made-up answer; deeper ones are left out."""

UNKNOWN: Final[tuple[int, dict[str, str], str]] = (404, {}, "Not yet implemented")
"""What moto answers for addresses of AWS that none of its services has."""

_JSON_PROTOCOLS = frozenset({"json", "rest-json"})


_calling: ContextVar[OperationModel | None] = ContextVar("calling", default=None)


def answer_aws(answers: Answers) -> None:
    """A stub of the user's comes before moto, and an answer that is made up after it."""
    process, make_request = BotocoreStubber.process_request, Endpoint.make_request

    def answered(moto: BotocoreStubber, request: Any) -> Any:  # noqa: ANN401 - of botocore
        operation = _calling.get()
        if operation is None:
            return process(moto, request)
        name = f"{operation.service_model.service_name}.{operation.name}"
        answer = answers.answer_aws(name)
        if answer is None:
            try:
                response = process(moto, request)
            except NotImplementedError:
                response = None
            if response is not None and response != UNKNOWN:
                return response
            if operation.service_model.resolved_protocol not in _JSON_PROTOCOLS:
                answers.refused(name)
                raise NetworkClosed(f"The AWS operation {name}")
            answers.count(name)
            answer = _answer(operation.output_shape, name, request)
        return answer.status, answer.headers, answer.body

    def remembering(endpoint: Endpoint, operation_model: OperationModel, request_dict: Any) -> Any:  # noqa: ANN401
        token = _calling.set(operation_model)
        try:
            return make_request(endpoint, operation_model, request_dict)
        finally:
            _calling.reset(token)

    BotocoreStubber.process_request = answered  # type: ignore[assignment, method-assign]
    Endpoint.make_request = remembering  # type: ignore[assignment, method-assign]


def _answer(shape: Shape | None, operation: str, request: Any) -> PushAnswer:  # noqa: ANN401
    mark = digest(operation, whole(request.body))
    payload = shape.serialization.get("payload") if shape is not None else None
    if isinstance(shape, StructureShape) and payload is not None and shape.members[payload].type_name == "blob":
        value: Any = {"stub": mark}
    else:
        value = {} if shape is None else _value(shape, mark, 0)
    return sized(200, json.dumps(value).encode(), JSON)


def _value(shape: Shape, mark: str, depth: int) -> Any:  # noqa: ANN401 - as the shape says
    inner = depth < DEEPEST
    if isinstance(shape, StructureShape):
        return {name: _value(member, mark, depth + 1) for name, member in shape.members.items() if inner}
    if isinstance(shape, ListShape):
        return [_value(shape.member, mark, depth + 1)] if inner else []
    if isinstance(shape, StringShape):
        return shape.enum[0] if shape.enum else f"stub-{mark}"
    return {} if isinstance(shape, MapShape) else _SCALARS.get(shape.type_name, "")


_SCALARS: Final = {"integer": 0, "long": 0, "timestamp": 0, "float": 0.0, "double": 0.0, "boolean": False}
