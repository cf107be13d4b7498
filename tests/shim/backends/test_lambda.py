"""The Invoke API, on a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing
from socket import socket
from typing import Any

import pytest
from boto3.session import Session

from shim.backends.lambda_ import MOST_REQUEST_BYTES, LambdaBackend, region_of
from shim.integrations import FunctionFailed
from tests.shim.backends.lambda_endpoint import ApiError, lambda_endpoint

SECRET = "wJalrXUtnFEMI/K7MDENG"
ARN = "arn:aws:lambda:ap-southeast-2:123456789012:function:echo:live"


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@pytest.fixture
def url() -> Iterator[str]:
    with lambda_endpoint(FUNCTIONS) as url:
        yield url


def fails(_event: dict[str, Any], _context: object) -> None:
    raise ValueError("no seat is left")


def refused(status: int, error_type: str, message: str) -> Any:
    def function(_event: dict[str, Any], _context: object) -> None:
        raise ApiError(status, error_type, message)

    return function


FUNCTIONS = {
    "echo": lambda event, context: {"statusCode": 200, "body": event["body"], "region": context.region},
    "nothing": lambda event, context: None,
    "fails": fails,
    "throttled": refused(429, "TooManyRequestsException", "Rate Exceeded."),
    "denied": refused(403, "AccessDeniedException", "User is not authorized to perform: lambda:InvokeFunction"),
    "missigned": refused(403, "InvalidSignatureException", f"It does not match.\n\nx-amz-security-token:{SECRET}"),
    "large": lambda event, context: "x" * 6_300_000,
}


async def invoke(url: str, name: str, event: object = None, **options: Any) -> Any:
    backend = LambdaBackend({"fn": name}, region="eu-west-1", endpoint_url=url, **options)
    try:
        return await backend.invoke("fn", event)
    finally:
        backend.close()


async def failure(url: str, name: str, event: object = None, **options: Any) -> FunctionFailed:
    with pytest.raises(FunctionFailed) as caught:
        await invoke(url, name, event, **options)
    assert SECRET not in str(caught.value)
    return caught.value


async def test_a_function_that_raises_fails_with_its_own_words(url: str) -> None:
    error = await failure(url, "fails")
    assert (error.function_id, error.error_type, error.error_message) == ("fn", "ValueError", "no seat is left")


@pytest.mark.parametrize(
    ("name", "error_type", "message"),
    [
        ("throttled", "TooManyRequestsException", "Rate Exceeded."),
        ("denied", "AccessDeniedException", "User is not authorized to perform: lambda:InvokeFunction"),
        ("missigned", "InvalidSignatureException", "It does not match."),
        (
            "absent",
            "ResourceNotFoundException",
            "Function not found: arn:aws:lambda:eu-west-1:123456789012:function:absent",
        ),
    ],
)
async def test_errors_of_lambda_itself_have_their_type_and_no_secret(
    url: str, name: str, error_type: str, message: str
) -> None:
    error = await failure(url, name)
    assert (error.error_type, error.error_message) == (error_type, message)


async def test_a_throttled_call_is_not_repeated() -> None:
    seen = []

    def throttled(event: object, _context: object) -> None:
        seen.append(event)
        raise ApiError(429, "TooManyRequestsException", "")

    with lambda_endpoint({"fn": throttled}) as url:
        await failure(url, "fn")
    assert len(seen) == 1


async def test_an_event_that_is_too_large_is_not_sent(url: str) -> None:
    error = await failure(url, "echo", {"body": "x" * MOST_REQUEST_BYTES})
    assert error.error_type == "RequestTooLargeException"


async def test_an_answer_that_is_too_large_is_not_kept(url: str) -> None:
    assert (await failure(url, "large")).error_type == "ResponseTooLarge"


async def test_an_endpoint_that_is_not_there_is_named() -> None:
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        error = await failure(f"http://127.0.0.1:{port}", "echo")
    assert f"http://127.0.0.1:{port}" in error.error_message
    assert error.error_type == "EndpointConnectionError"


async def test_without_credentials_nothing_is_sent(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")

    assert (await failure(url, "echo", session=Session())).error_type == "NoCredentialsError"


async def test_no_answer_in_time_is_a_timeout() -> None:
    over = threading.Event()
    with lambda_endpoint({"slow": lambda event, context: over.wait(10)}) as url:
        with pytest.raises(TimeoutError):
            await invoke(url, "slow", timeout_s=0.05)
        over.set()


async def test_the_event_arrives_and_the_answer_comes_back(url: str) -> None:
    assert await invoke(url, "echo", {"body": "hé"}) == {"statusCode": 200, "body": "hé", "region": "eu-west-1"}
    assert await invoke(url, "nothing") is None


async def test_an_arn_is_called_in_its_own_region(url: str) -> None:
    assert (await invoke(url, ARN, {"body": ""}))["region"] == "ap-southeast-2"


@pytest.mark.parametrize("name", ["echo", "echo:live", "123456789012:function:echo"])
def test_other_names_have_no_region(name: str) -> None:
    assert region_of(name) is None


async def test_calls_run_at_the_same_time() -> None:
    together = threading.Barrier(20)
    with lambda_endpoint({"fn": lambda event, context: together.wait(10)}) as url:
        backend = LambdaBackend({"fn": "fn"}, region="eu-west-1", endpoint_url=url)
        answers = await asyncio.gather(*(backend.invoke("fn", {}) for _ in range(20)))
        backend.close()
    assert sorted(answers) == list(range(20))
