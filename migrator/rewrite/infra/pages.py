"""What the rules for infrastructure files say of themselves."""

from __future__ import annotations

from typing import Final

from migrator.rewrite.rule import Example, RulePage

INFRA_REMOVE: Final = RulePage(
    name="infra_remove",
    summary="""What only the WebSocket API uses leaves the infrastructure files, by a patch of its own for a later day.

    Routes, integrations, authorizers, stages, permissions, functions that only routes start, alarms and log groups of
    those, variables and outputs that carry the address. Comments and formatting of the rest stay as they are.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
    """,
    safety="safe",
    example=Example(
        before="""\
service: chat
provider: {name: aws, runtime: python3.13}
functions:
  chat: # what people say
    handler: app.handle
    events:
      - websocket: chat
  report: # once a day
    handler: report.run
    events:
      - schedule: rate(1 day)
""",
        after="""\
 functions:
-  chat: # what people say
-    handler: app.handle
-    events:
-      - websocket: chat
   report: # once a day
     handler: report.run
""",
        path="migration/remove-websocket.patch",
    ),
    leaves_alone=(
        "what something else uses too",
        "a table that the new application goes on using",
        "a file in which something would refer to nothing afterwards; the reason is in the account",
        "everything, while a route is not served by the new application",
    ),
)
INFRA_ENV: Final = RulePage(
    name="infra_env",
    summary="""A function that pushes from elsewhere gets the address of the new service, and its token by reference.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    """,
    safety="review",
    example=Example(
        before="""\
service: chat
provider: {name: aws, runtime: python3.13}
functions:
  chat:
    handler: app.handle
    events:
      - websocket: chat
  run:
    handler: worker.run
    events:
      - sqs: arn:aws:sqs:eu-central-1:123456789012:jobs
""",
        after="""\
       - sqs: arn:aws:sqs:eu-central-1:123456789012:jobs
+    environment:
+      PUSH_URL: !If [SseServiceWanted, !Sub "https://${SseDomainName}", !Ref AWS::NoValue]
+      PUSH_TOKEN: !If [SseServiceWanted, !Sub '{{resolve:secretsmanager:${SsePushToken}}}', !Ref AWS::NoValue]
""",
        path="migration/add-service.patch",
    ),
    leaves_alone=("functions that push nothing", "functions that only routes start: the service takes them over"),
)
