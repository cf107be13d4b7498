"""Where the fake takes the place of AWS: beneath botocore's checks and retries, above HTTP.

botocore's own code sees every refusal and every retry. Nothing is signed, which takes as long as the rest. Waiting between retries, and of waiters, moves the fake's clock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import botocore.client
import botocore.endpoint
import botocore.retries.bucket
import botocore.signers
import botocore.waiter
from botocore.exceptions import BotoCoreError, NoCredentialsError

from tests.awsfake.errors import AwsError
from tests.awsfake.paging import pager
from tests.awsfake.request import ANSWERS, Request

if TYPE_CHECKING:
    from tests.awsfake.world import FakeAws

_of_thread = threading.local()

_WITHOUT_REGION = {f"cloudwatch:{verb}Dashboard" for verb in ("Get", "Put")} | {
    "cloudwatch:ListDashboards",
    "cloudwatch:DeleteDashboards",
}
"""An account has its dashboards once; moto keeps some for each region.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListDashboards.html"""


class _Http:
    """What botocore looks at in an HTTP response that was parsed already."""

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.headers: dict[str, str] = {}
        self.content = b""
        self.text = ""
        self.raw = None


def _parsed_error(error: AwsError) -> tuple[_Http, dict[str, Any]]:
    return _Http(error.status), {
        "Error": {"Code": error.code, "Message": error.message},
        "ResponseMetadata": {"HTTPStatusCode": error.status, "HTTPHeaders": {}, "RequestId": "fake"},
        **error.fields,
    }


def _at_once(client: Any, request: Request) -> dict[str, Any]:
    def unasked() -> Any:
        raise AssertionError("what moto is asked for takes the long way")

    try:
        answer = request.world.answer(request, unasked)
    except AwsError as error:
        _, parsed = _parsed_error(error)
        raise client.exceptions.from_code(error.code)(parsed, request.operation) from None
    answer.setdefault("ResponseMetadata", {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0})
    return answer


@contextmanager
def wired(world: FakeAws) -> Iterator[None]:
    """Until it ends, every client of every session in this process talks to `world`."""
    make_api_call = botocore.client.BaseClient._make_api_call
    do_get_response = botocore.endpoint.Endpoint._do_get_response

    def asked(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        service, region = client.meta.service_model.service_name, client.meta.region_name
        credentials = client._request_signer._credentials
        if credentials is None:
            raise NoCredentialsError
        shown = client.meta.service_model.operation_model(operation)
        account = world.account_of(credentials.access_key)
        request = Request(world, account, region, service, operation, dict(parameters), shown)
        if world.answers_at_once(request):
            return _at_once(client, request)
        before = getattr(_of_thread, "asked", None)
        _of_thread.asked = (service, dict(parameters), region, credentials.access_key)
        pages = pager(world.loader, service, operation)
        sent = pages.whole(parameters) if pages and f"{service}:{operation}" not in ANSWERS else parameters
        try:
            return make_api_call(client, operation, sent)
        finally:
            _of_thread.asked = before

    def answered(endpoint: Any, http: Any, model: Any, context: Any) -> Any:
        service, parameters, region, key = _of_thread.asked
        account = world.account_of(key)
        request = Request(world, account, region, service, model.name, parameters, model)

        def moto() -> Any:
            http.headers["x-moto-account-id"] = account
            if f"{service}:{model.name}" in _WITHOUT_REGION:
                http.url = http.url.replace(f".{region}.", ".us-east-1.", 1)
            scope = f"{world.clock.now():%Y%m%d}/{region}/{model.service_model.signing_name}/aws4_request"
            http.headers["Authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=host, Signature=0"
            )
            success, exception = do_get_response(endpoint, http, model, context)
            if exception is not None:
                raise exception
            response, parsed = success
            if response.status_code >= 300:
                error = parsed.get("Error", {})
                raise AwsError(error.get("Code", ""), error.get("Message", ""), response.status_code)
            return parsed

        try:
            parsed = world.answer(request, moto)
        except AwsError as error:
            return _parsed_error(error), None
        except (BotoCoreError, AssertionError) as error:
            return None, error
        parsed.setdefault("ResponseMetadata", {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RequestId": "fake"})
        return (_Http(200), parsed), None

    def take(bucket: Any, amount: float, block: bool) -> bool:
        """botocore's own rate limit waits in real time, in which the fake's clock would stand still for ever."""
        bucket._refill()
        if amount > bucket._current_capacity:
            world.clock.sleep(bucket._sleep_amount(amount))
            bucket._refill()
        bucket._current_capacity -= amount
        return True

    waits = SimpleNamespace(sleep=world.clock.sleep, time=lambda: world.clock.now().timestamp())
    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(botocore.client.BaseClient, "_make_api_call", asked))
        patches.enter_context(mock.patch.object(botocore.endpoint.Endpoint, "_do_get_response", answered))
        patches.enter_context(mock.patch.object(botocore.signers.RequestSigner, "sign", return_value=None))
        patches.enter_context(mock.patch.object(botocore.retries.bucket.TokenBucket, "_acquire", take))
        for module in (botocore.endpoint, botocore.waiter, botocore.retries.bucket):
            patches.enter_context(mock.patch.object(module, "time", waits))
        yield
