"""What becomes of handlers whose code stays as it is: who calls them in the new application."""

from __future__ import annotations

from typing import Final

from migrator.rewrite.rule import Example, RulePage

MOUNTING: Final = RulePage(
    name="mounting",
    summary="""A handler that is not made native is mounted as it is, fed by the event that it expects.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-routes-integrations.html
    """,
    safety="safe",
    example=Example(
        before="""\
def handle(event, context):
    return answer(event)
""",
        after="""\
    "chat": mounted("chat", chat, "chat"),
""",
        path="sse_service/routes.py",
    ),
    leaves_alone=("handlers in other languages than Python", "handlers that nothing of the API leads to"),
)
AUTHORIZER: Final = RulePage(
    name="authorizer",
    summary="""The authorizer's function is called by a dependency in front of $connect, and its policy is evaluated.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
    """,
    safety="safe",
    example=Example(
        before="""\
def allow(event, context):
    return policy(event["methodArn"], event["headers"]["Authorization"])
""",
        after="""\
from auth import allow as authorizer
""",
        path="sse_service/security.py",
    ),
    leaves_alone=("AWS_IAM, which has no counterpart", "authorizers in other languages than Python"),
)
PUSH_OVER_HTTP: Final = RulePage(
    name="push_over_http",
    summary="""A function that something else triggers goes on running where it runs, and pushes over HTTP.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
    """,
    safety="review",
    example=Example(
        before="""\
import boto3


def run(event, context):
    boto3.client("apigatewaymanagementapi").post_to_connection(ConnectionId=event["id"], Data="done")
""",
        after="""\
from sse_service.management import management_client


def run(event, context):
    management_client().post_to_connection(ConnectionId=event["id"], Data="done")
""",
        path="worker.py",
    ),
    leaves_alone=("functions that something triggers and that push nothing",),
)
