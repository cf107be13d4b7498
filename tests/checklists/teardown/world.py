"""A small account in records: a chat behind a WebSocket API, and what it shares with others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from checklists.aws import types
from checklists.aws.estate import Account, Estate, Thing
from checklists.idle.model import IdleProof
from checklists.referrers.model import Change, Fate, Use

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
"""A Monday, within working hours."""
ACCOUNT = "123456789012"
REGION = "eu-west-1"
API = f"arn:aws:apigateway:{REGION}::/apis/abc123"
STAGE = f"{API}/stages/prod"
MAPPING = f"arn:aws:apigateway:{REGION}::/domainnames/ws.example.com/apimappings/m1"
CONNECT = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:chat-connect"
SEND = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:chat-send"
SHARED = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tokens"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/Connections"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/chat-connect"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:chat-errors"
DASHBOARD = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/all-services"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/chat"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/chat/0001"


def thing(arn: str, type_: str, id_: str, region: str = REGION, **properties: Any) -> Thing:
    given = {key: properties.pop(key) for key in ("stack", "manager", "tags") if key in properties}
    return Thing(arn=arn, type=type_, id=id_, name=id_, account=ACCOUNT, region=region, properties=properties, **given)


def uri(function: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"


def things(**owned: Any) -> dict[str, Thing]:
    """By ARN. `owned`: stack or manager of all that goes."""
    made = [
        thing(API, types.API, "abc123", ProtocolType="WEBSOCKET", Name="chat", **owned),
        thing(STAGE, types.STAGE, "prod", DefaultRouteSettings={"LoggingLevel": "INFO"}, **owned),
        thing(f"{API}/routes/r1", types.ROUTE, "r1", RouteKey="$connect", Target="integrations/i1", **owned),
        thing(f"{API}/integrations/i1", types.INTEGRATION, "i1", IntegrationUri=uri(CONNECT), **owned),
        thing(MAPPING, types.MAPPING, "m1", ApiId="abc123", Stage="prod", ApiMappingKey=""),
        thing(CONNECT, types.FUNCTION, "chat-connect", ReservedConcurrentExecutions=None, **owned),
        thing(SEND, types.FUNCTION, "chat-send", ReservedConcurrentExecutions=5, **owned),
        thing(SHARED, types.FUNCTION, "tokens"),
        thing(TABLE, types.TABLE, "Connections", DeletionProtectionEnabled=True, ItemCount=3, **owned),
        thing(LOGS, types.LOG_GROUP, "/aws/lambda/chat-connect", retentionInDays=None, **owned),
        thing(ALARM, types.ALARM, "chat-errors", ActionsEnabled=True, **owned),
        thing(DASHBOARD, types.DASHBOARD, "all-services", Body={"widgets": []}),
        thing(ROLE, types.ROLE, "chat", "global", Policies={"own": {}}, AttachedPolicies=["arn:aws:iam::aws:policy/X"], **owned),
    ]  # fmt: skip
    return {one.arn: one for one in made}


def estate(of: dict[str, Thing] | None = None, **more: Any) -> Estate:
    listed = things() if of is None else of
    return Estate(
        started_at=NOW,
        finished_at=NOW,
        accounts=(Account(id=ACCOUNT, alias="shop-test"),),
        regions=(REGION,),
        things=tuple(listed[arn] for arn in sorted(listed)),
        **more,
    )


GOING = (
    API, MAPPING, CONNECT, SEND, TABLE, LOGS, ALARM, ROLE,
)  # fmt: skip


def fates(*but: Fate) -> tuple[Fate, ...]:
    """The usual ones. `but`: instead of those."""
    usual = [Fate(subject=arn, verdict="delete", why="only the WebSocket API uses it") for arn in GOING]
    usual.append(
        Fate(
            subject=SHARED,
            verdict="keep",
            why="an HTTP API calls it too",
            users=(
                Use(user="arn:aws:apigateway:eu-west-1::/apis/http1", used=SHARED, kind="integration", detail="GET /"),
            ),
        )
    )
    usual.append(
        Fate(
            subject=DASHBOARD,
            verdict="edit",
            why="it has other widgets",
            changes=(
                Change(
                    operation="cloudwatch.put_dashboard",
                    parameters={"DashboardName": "all-services", "DashboardBody": "{}"},
                    undo_parameters={"DashboardName": "all-services", "DashboardBody": '{"widgets":[]}'},
                    words="Widget 3 goes, the others stay",
                ),
            ),
        )
    )
    return tuple({fate.subject: fate for fate in (*usual, *but)}.values())


def idle(verdict: Any = "supports") -> tuple[IdleProof, ...]:
    return (
        IdleProof(
            api=API,
            stage="prod",
            verdict=verdict,
            why="Nothing was counted for 30 days",
            start=NOW,
            end=NOW,
            control="x",
        ),
    )


PARTS = frozenset({types.ROUTE, types.INTEGRATION, types.AUTHORIZER})
