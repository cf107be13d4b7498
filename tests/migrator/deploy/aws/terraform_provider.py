"""A provider for Terraform that has the real one's schema and no cloud behind it: what is created gets made-up values.

It speaks version 6 of the plugin protocol, as far as `validate`, `plan`, `apply` and `show` need it.
https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
import msgspec

SCHEMA: Final = json.loads(Path(__file__).with_name("terraform_schema.json").read_text(encoding="utf-8"))
RANDOM: Final = {
    "resource": {
        "random_password": {
            "attributes": {
                "length": ["number", "required"],
                "special": ["bool", "optional"],
                "result": ["string", "computed"],
            },
            "blocks": {},
        }
    },
    "data": {},
}
"""Of https://registry.terraform.io/providers/hashicorp/random, the little that is used."""

PROVIDERS: Final = {"hashicorp/aws": SCHEMA, "hashicorp/random": RANDOM}
DATA: Final = {
    "aws_region": {"region": "eu-west-1", "name": "eu-west-1"},
    "aws_caller_identity": {"account_id": "123456789012"},
    "aws_partition": {"partition": "aws", "dns_suffix": "amazonaws.com"},
    "aws_iam_policy_document": {"json": '{"Statement": []}'},
}
_NESTING: Final = {"single": 1, "list": 2, "set": 3}
_UNKNOWN: Final = msgspec.msgpack.Ext(0, b"\x00")
_FOR_TYPES: Final[dict[str, Any]] = {"number": 1, "bool": False, "list": [], "set": [], "map": {}, "dynamic": None}


@contextmanager
def served(folder: Path) -> Iterator[dict[str, str]]:
    """The environment with which Terraform finds the providers."""
    servers, found = [], {}
    for number, (name, schema) in enumerate(PROVIDERS.items()):
        address = str(folder / f"{number}.sock")
        server = grpc.server(ThreadPoolExecutor(4))
        server.add_generic_rpc_handlers((_Handlers(schema),))
        server.add_insecure_port(f"unix://{address}")
        server.start()
        servers.append(server)
        found[f"registry.terraform.io/{name}"] = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": address},
        }
    try:
        yield {"TF_REATTACH_PROVIDERS": json.dumps(found), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    finally:
        for server in servers:
            server.stop(None).wait()


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema
        self.calls: dict[str, Callable[[dict[int, bytes]], bytes]] = {
            "GetProviderSchema": lambda _request: self._schemas(),
            "ValidateProviderConfig": lambda _request: b"",
            "ConfigureProvider": lambda _request: b"",
            "ValidateResourceConfig": lambda _request: b"",
            "ValidateDataResourceConfig": lambda _request: b"",
            "PlanResourceChange": self._plan,
            "ApplyResourceChange": self._apply,
            "ReadDataSource": self._read,
            "StopProvider": lambda _request: b"",
        }

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        answer = self.calls.get(details.method.rpartition("/")[2])
        if answer is None:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, _context: answer(_fields(request)))

    def _schemas(self) -> bytes:
        kinds = [
            _message(number, _message(1, name.encode()) + _message(2, _message(2, _block(block))))
            for number, kind in ((2, "resource"), (3, "data"))
            for name, block in self.schema[kind].items()
        ]
        return _message(1, _message(2, b"")) + b"".join(kinds)

    def _plan(self, request: dict[int, bytes]) -> bytes:
        block = self.schema["resource"][request[1].decode()]
        wanted = _value(request[3])
        if wanted is not None:
            for name, (_kind, need) in block["attributes"].items():
                if need != "required" and wanted.get(name) is None:
                    wanted[name] = _UNKNOWN
        return _message(1, _dynamic(wanted))

    def _apply(self, request: dict[int, bytes]) -> bytes:
        kind = request[1].decode()
        block, planned = self.schema["resource"][kind], _value(request[3])
        for name, (type_, _need) in block["attributes"].items() if planned is not None else ():
            if isinstance(planned[name], msgspec.msgpack.Ext):
                plain = type_ if isinstance(type_, str) else type_[0]
                planned[name] = _FOR_TYPES.get(plain, f"<{kind}.{name}>")
        return _message(1, _dynamic(planned))

    def _read(self, request: dict[int, bytes]) -> bytes:
        kind = request[1].decode()
        return _message(1, _dynamic({**_value(request[2]), **DATA[kind]}))


def _block(block: dict[str, Any]) -> bytes:
    found = []
    for name, (type_, need) in block["attributes"].items():
        flags = {"required": (4,), "optional": (5, 6), "computed": (6,), "plain": (5,)}[need]
        attribute = _message(1, name.encode()) + _message(2, json.dumps(type_).encode())
        found.append(_message(2, attribute + b"".join(_number(flag, 1) for flag in flags)))
    for name, inner in block["blocks"].items():
        nested = _message(1, name.encode()) + _message(2, _nested(inner)) + _number(3, _NESTING[inner["nesting"]])
        if inner["nesting"] != "single":
            nested += _number(4, int(inner["required"])) + _number(5, inner["most"])
        found.append(_message(3, nested))
    return b"".join(found)


def _nested(block: dict[str, Any]) -> bytes:
    """Within blocks nothing is computed, so that what is left out is null."""
    attributes = {
        name: [type_, "required" if need == "required" else "plain"]
        for name, (type_, need) in block["attributes"].items()
    }
    return _block({"attributes": attributes, "blocks": block["blocks"]})


# Protocol Buffers, as far as this needs them: https://protobuf.dev/programming-guides/encoding/


def _message(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def _fields(text: bytes) -> dict[int, bytes]:
    """The last value of each field that holds bytes."""
    found: dict[int, bytes] = {}
    place = 0

    def varint() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = text[place]
            place += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while place < len(text):
        key = varint()
        if key & 7 == 0:
            varint()
            continue
        length = varint()
        found[key >> 3] = text[place : place + length]
        place += length
    return found


def _value(dynamic: bytes) -> Any:
    fields = _fields(dynamic)
    return msgspec.msgpack.decode(fields[1]) if fields.get(1) else json.loads(fields.get(2, b"null"))


def _dynamic(value: Any) -> bytes:
    return _message(1, msgspec.msgpack.encode(value))
