"""What people call the types of things."""

from __future__ import annotations

from typing import Final

from checklists.aws import types

NOUNS: Final = {
    types.API: "API",
    types.STAGE: "stage",
    types.DOMAIN: "custom domain",
    types.MAPPING: "mapping",
    types.ROUTE: "route",
    types.INTEGRATION: "integration",
    types.AUTHORIZER: "authorizer",
    types.MODEL: "model",
    types.DEPLOYMENT: "deployment",
    types.REST_API: "REST API",
    types.FUNCTION: "function",
    types.FUNCTION_ALIAS: "function alias",
    types.FUNCTION_URL: "function URL",
    types.EVENT_SOURCE: "event source mapping",
    types.TABLE: "table",
    types.LOG_GROUP: "log group",
    types.ALARM: "alarm",
    types.COMPOSITE_ALARM: "composite alarm",
    types.DASHBOARD: "dashboard",
    types.ROLE: "role",
    types.USER: "user",
    types.GROUP: "group",
    types.POLICY: "policy",
    types.WEB_ACL: "web ACL",
    types.RECORD: "DNS record",
    types.CERTIFICATE: "certificate",
    types.DISTRIBUTION: "distribution",
    types.RULE: "rule",
    types.SCHEDULE: "schedule",
    types.QUEUE: "queue",
    types.TOPIC: "topic",
    types.STATE_MACHINE: "state machine",
    types.PARAMETER: "parameter",
    types.STACK: "stack",
}


def noun(kind: str) -> str:
    """'function', 'log group'; the last word of a type that has no name here."""
    return NOUNS.get(kind) or kind.rpartition("::")[2]
