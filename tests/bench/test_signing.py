"""Held against botocore, so that what the shim is pushed with is what boto3 would push."""

from __future__ import annotations

import re
import socket
import threading
from datetime import UTC, datetime

import boto3

from bench.signing import Signer
from shim.gateway.sigv4 import Credential, Verifier

KEY, SECRET = "AKIDEXAMPLE", "a/secret"  # pragma: allowlist secret
BODY = b'{"n":"0000000001"}'


def captured_from_boto3() -> tuple[bytes, int]:
    """What boto3 puts on the wire for a push, and the port that it was sent to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        taken: list[bytes] = []

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                data = b""
                while not data.endswith(BODY):
                    data += connection.recv(65536)
                taken.append(data)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        client = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=f"http://127.0.0.1:{port}/prod",
            region_name="eu-west-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        client.post_to_connection(ConnectionId="BFaT_fALIAMCKug=", Data=BODY)
        client.close()
        thread.join(10)
    return taken[0], port


def field(request: bytes, name: str) -> str:
    found = re.search(rf"(?im)^{name}: (.*?)\r$", request.decode())
    assert found, name
    return found[1]


def test_the_same_push_has_the_same_path_headers_and_signature_as_boto3s():
    theirs, port = captured_from_boto3()
    moment = datetime.strptime(field(theirs, "X-Amz-Date"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    signer = Signer(f"127.0.0.1:{port}", KEY, SECRET, "eu-west-1")
    ours = signer.post("/prod/@connections/BFaT_fALIAMCKug%3D", BODY, moment)
    assert ours.split(b"\r\n")[0] == theirs.split(b"\r\n")[0]
    assert field(ours, "Authorization") == field(theirs, "Authorization")
    names = [line.partition(b":")[0] for line in ours.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    assert names == [line.partition(b":")[0] for line in theirs.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]]


def test_two_pushes_of_the_same_body_differ_in_their_invocation():
    signer = Signer("127.0.0.1:8000", KEY, SECRET)
    one, other = (signer.post("/prod/@connections/a", BODY) for _ in range(2))
    assert field(one, "amz-sdk-invocation-id") != field(other, "amz-sdk-invocation-id")


def test_the_shim_takes_the_signature_and_another_body_has_another():
    signer = Signer("127.0.0.1:8000", KEY, SECRET)
    now = datetime.now(UTC)
    request = signer.post("/prod/@connections", BODY, now)
    lines = request.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    headers = [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)]
    verifier = Verifier([Credential(KEY, SECRET)])
    assert verifier.verify(b"POST", b"/prod/@connections", b"", headers, BODY, now.timestamp()) == KEY
    assert (
        signer.post("/prod/@connections", BODY + b" ", now).partition(b"Signature=")[2][:64]
        != (request.partition(b"Signature=")[2][:64])
    )
