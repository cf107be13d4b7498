"""Against SQS as moto plays it, over HTTP."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from shim.gateway.definition import IntegrationResponse, Mapped, Sqs
from shim.integrations import Answer, IntegrationFailed
from tests.shim.integrations.calls import call, message

FORM = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.fixture
def queue(endpoint: str) -> Iterator["Queue"]:
    client = boto3.client("sqs", region_name="eu-west-1", endpoint_url=endpoint)
    name = f"queue-{uuid4().hex}.fifo"
    url = client.create_queue(QueueName=name, Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})[
        "QueueUrl"
    ]
    yield Queue(client, url, endpoint, f"123456789012/{name}")
    client.close()


class Queue:
    def __init__(self, client: Any, url: str, endpoint: str, path: str) -> None:
        self.client, self.url, self.endpoint, self.path = client, url, endpoint, path

    def integration(self, template: str | None = FORM + "&MessageGroupId=g", **mapped: Any) -> Sqs:
        templates = {} if template is None else {"$default": template}
        return Sqs("eu-west-1", self.path, Mapped(templates, **mapped), self.endpoint)

    def messages(self) -> list[dict[str, Any]]:
        found = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"]
        )
        return list(found.get("Messages", []))


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("", "Action=SendMessage"),
        ("Action=PurgeQueue", "Action=SendMessage"),
        ("Action=SendMessage", "no MessageBody"),
        ("Action=SendMessage&MessageBody=a&Surprise=1", "the field 'Surprise'"),
        ("Action=SendMessage&MessageBody=$input.body", "MessageBody twice"),
        ("&".join(f"a{n}=1" for n in range(65)), "more than 64 fields"),
        (None, "Action=SendMessage"),
    ],
)
async def test_a_form_that_sends_no_message_fails(queue: Queue, template: str | None, problem: str) -> None:
    with pytest.raises(IntegrationFailed, match=problem):
        await call(queue.integration(template), message("x&MessageBody=evil"))
    assert queue.messages() == []


async def test_a_message_does_not_choose_its_queue(queue: Queue) -> None:
    template = "Action=SendMessage&MessageGroupId=g&MessageBody=$input.body"

    await call(
        queue.integration(template), message("x&QueueUrl=https://sqs.eu-west-1.amazonaws.com/123456789012/other")
    )

    assert [found["Body"] for found in queue.messages()] == ["x"]


async def test_an_endpoint_that_does_not_answer_fails(queue: Queue) -> None:
    dead = Sqs("eu-west-1", queue.path, Mapped({"$default": FORM}), "http://127.0.0.1:9")

    with pytest.raises(IntegrationFailed, match="SQS: "):
        await call(dead, message("x"))


async def test_a_message_is_sent(queue: Queue) -> None:
    body = '{"text": "a&b=c é + %"}'

    answer = await call(queue.integration(), message(body))

    (found,) = queue.messages()
    assert found["Body"] == body
    assert answer.status == 200
    sent = json.loads(answer.body or "")["SendMessageResponse"]
    assert sent["SendMessageResult"]["MessageId"] == found["MessageId"]
    assert sent["ResponseMetadata"]["RequestId"]


async def test_everything_that_a_form_may_say(queue: Queue) -> None:
    template = (
        "\n  Action=SendMessage&Version=2012-11-05&MessageBody=$input.json('$.a')&MessageGroupId=$context.connectionId"
        "&MessageDeduplicationId=$context.messageId&MessageAttribute.1.Name=from&MessageAttribute.1.Value.DataType=String"
        "&MessageAttribute.1.Value.StringValue=$context.authorizer.principalId\n"
    )

    await call(queue.integration(template), message('{"a": 1}'))

    (found,) = queue.messages()
    assert (found["Body"], found["MessageAttributes"]["from"]["StringValue"]) == ("1", "ana")
    attributes = found["Attributes"]
    assert (attributes["MessageGroupId"], attributes["MessageDeduplicationId"]) == ("BFaT_fALIAMCKug=", "message1")


async def test_request_parameters_are_fields_too(queue: Queue) -> None:
    parameters = {
        "integration.request.querystring.Action": "'SendMessage'",
        "integration.request.querystring.QueueUrl": f"'{queue.url}'",
        "integration.request.querystring.MessageBody": "route.request.body.text",
        "integration.request.querystring.MessageGroupId": "'g'",
        "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'",
    }
    by_url = Sqs("eu-west-1", "", Mapped(request_parameters=parameters), queue.endpoint)

    await call(by_url, message('{"text": "hi"}'))

    assert [found["Body"] for found in queue.messages()] == ["hi"]


async def test_the_answer_goes_through_the_integration_response(queue: Queue) -> None:
    responses = {
        "/200/": IntegrationResponse(
            {"$default": "sent $input.path('$.SendMessageResponse.SendMessageResult.MD5OfMessageBody')"}
        ),
        r"/4\d\d/": IntegrationResponse({"$default": "$input.path('$.Error.Type'): $input.path('$.Error.Code')"}),
    }

    answer = await call(queue.integration(responses=responses), message("x"))
    assert answer == Answer(200, "sent 9dd4e461268c8034f5c8564e155c67a6")
    refused = await call(queue.integration(FORM, responses=responses), message("x"))
    assert (refused.status, refused.body) == (400, "Sender: MissingParameter")


async def test_a_queue_that_is_not_there_answers_as_sqs_does(queue: Queue) -> None:
    missing = Sqs("eu-west-1", "123456789012/nothing", Mapped({"$default": FORM}), queue.endpoint)

    answer = await call(missing, message("x"))

    assert answer.status == 400
    assert "NonExistentQueue" in (answer.body or "")
