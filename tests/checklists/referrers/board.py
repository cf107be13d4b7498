"""Estates as they are after a survey: everything asked, everything measured, unless a test takes it away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from checklists.aws import types
from checklists.aws.estate import Account, Asked, Estate, Gap, Measurement, Thing
from checklists.referrers.fates import fates
from checklists.referrers.links import links
from checklists.referrers.model import Fate, Use
from checklists.referrers.operations import NEEDS
from migrator.inventory.model import Api, Inventory, Route, Store
from migrator.inventory.record import Location

ACCOUNT, REGION = "123456789012", "eu-central-1"
END = datetime(2026, 11, 1, tzinfo=UTC)
BUSY = date(2026, 10, 10)
"""The day on which the API was last used."""
API_ID = "abcdef1234"
API = f"arn:aws:apigateway:{REGION}::/apis/{API_ID}"


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def table_arn(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def alarm_arn(name: str) -> str:
    return f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}"


def dashboard_arn(name: str) -> str:
    return f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{name}"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}


LAMBDA_TRUST = policy({"Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}})


class Board:
    """Things are added by what they are; each method gives the ARN of what it added."""

    def __init__(self) -> None:
        self.things: dict[str, Thing] = {}
        self.measurements: list[Measurement] = []
        self.gaps: list[Gap] = []
        self.regions = [REGION]

    def thing(
        self,
        arn: str,
        type_: str,
        id_: str,
        *,
        name: str = "",
        region: str = REGION,
        tags: dict[str, str] | None = None,
        stack: str | None = None,
        **properties: Any,
    ) -> str:
        self.things[arn] = Thing(
            arn=arn,
            type=type_,
            id=id_,
            name=name or id_,
            account=ACCOUNT,
            region=region,
            properties=properties,
            tags=tags or {},
            stack=stack,
        )
        return arn

    def with_properties(self, arn: str, **properties: Any) -> None:
        thing = self.things[arn]
        self.things[arn] = thing.model_copy(update={"properties": thing.properties | properties})

    def tag(self, arn: str, **tags: str) -> None:
        thing = self.things[arn]
        self.things[arn] = thing.model_copy(update={"tags": {key.replace("_", ":"): one for key, one in tags.items()}})

    def measured(self, subject: str, namespace: str, metric: str, *days: date) -> None:
        self.measurements.append(
            Measurement(
                subject=subject,
                namespace=namespace,
                metric=metric,
                dimensions={},
                start=END - timedelta(days=30),
                end=END,
                period_s=3600,
                total=7.0 * len(days) if days else None,
                days=tuple((day, 7.0) for day in sorted(days)),
            )
        )

    def api(self, api_id: str = API_ID, *, protocol: str = "WEBSOCKET", busy: tuple[date, ...] = (BUSY,)) -> str:
        arn = f"arn:aws:apigateway:{REGION}::/apis/{api_id}"
        self.thing(arn, types.API, api_id, name=f"api-{api_id}", ProtocolType=protocol)
        for metric in ("ConnectCount", "MessageCount") if protocol == "WEBSOCKET" else ():
            self.measured(arn, "AWS/ApiGateway", metric, *busy)
        return arn

    def route(self, api: str, key: str, function: str) -> str:
        """A route with its integration; gives the route."""
        number = sum(thing.type == types.ROUTE for thing in self.things.values())
        uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
        self.thing(f"{api}/integrations/i{number}", types.INTEGRATION, f"i{number}", IntegrationUri=uri)
        return self.thing(
            f"{api}/routes/r{number}", types.ROUTE, f"r{number}", RouteKey=key, Target=f"integrations/i{number}"
        )

    def function(self, name: str, *, role: str | None = None, runs: tuple[date, ...] = (BUSY,), **more: Any) -> str:
        arn = function_arn(name)
        group = f"/aws/lambda/{name}"
        properties = {"Role": role, "LogGroup": group, "Policy": None, "Mentions": []} | more
        self.thing(arn, types.FUNCTION, name, **properties)
        self.measured(arn, "AWS/Lambda", "Invocations", *runs)
        return arn

    def names(self, function: str, *named: str) -> None:
        """Environment variables of the function hold what names these."""
        found = list(self.things[function].properties["Mentions"])  # type: ignore[call-overload, arg-type]
        found += [{"variable": f"V{at}", "of": one} for at, one in enumerate(named, start=len(found))]
        self.with_properties(function, Mentions=found)

    def permits(self, function: str, source: str | None, *, principal: str = "apigateway.amazonaws.com") -> None:
        before = self.things[function].properties["Policy"] or policy()
        statements: list[Any] = list(before["Statement"])  # type: ignore[index, call-overload, arg-type]
        statement: dict[str, Any] = {
            "Sid": f"s{len(statements)}",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Principal": {"Service": principal},
        }
        if source is not None:
            statement["Condition"] = {"ArnLike": {"AWS:SourceArn": source}}
        self.with_properties(function, Policy={"Version": "2012-10-17", "Statement": [*statements, statement]})

    def table(self, name: str, *, used: tuple[date, ...] = (BUSY,), **properties: Any) -> str:
        arn = self.thing(table_arn(name), types.TABLE, name, **properties)
        for metric in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"):
            self.measured(arn, "AWS/DynamoDB", metric, *used)
        return arn

    def role(self, name: str, *statements: dict[str, Any], trust: Any = LAMBDA_TRUST, **properties: Any) -> str:
        inline = {"inline": policy(*statements)} if statements else {}
        return self.thing(
            role_arn(name),
            types.ROLE,
            name,
            region="global",
            AssumeRolePolicyDocument=trust,
            Policies=inline,
            **{"AttachedPolicies": [], **properties},
        )

    def log_group(self, name: str, **properties: Any) -> str:
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
        return self.thing(arn, types.LOG_GROUP, name, **properties)

    def alarm(self, name: str, namespace: str, metric: str, **dimensions: str) -> str:
        return self.thing(
            alarm_arn(name),
            types.ALARM,
            name,
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        )

    def math_alarm(self, name: str, expression: str, **metrics: tuple[str, str, dict[str, str]]) -> str:
        queries: list[Any] = [
            {
                "Id": key,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": metric,
                        "Dimensions": [{"Name": each, "Value": value} for each, value in dimensions.items()],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
            for key, (namespace, metric, dimensions) in metrics.items()
        ]
        queries.append({"Id": "e", "Expression": expression, "ReturnData": True})
        return self.thing(
            alarm_arn(name),
            types.ALARM,
            name,
            Metrics=queries,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Threshold=1.0,
        )

    def composite(self, name: str, rule: str) -> str:
        return self.thing(alarm_arn(name), types.COMPOSITE_ALARM, name, AlarmRule=rule)

    def dashboard(self, name: str, *widgets: dict[str, Any]) -> str:
        return self.thing(dashboard_arn(name), types.DASHBOARD, name, region="global", Body={"widgets": list(widgets)})

    def rule(self, name: str, *targets: str, **properties: Any) -> str:
        arn = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"
        return self.thing(arn, types.RULE, name, Targets=list(targets), **{"State": "ENABLED", **properties})

    def estate(self) -> Estate:
        operations = {one for needs in NEEDS.values() for one in (*needs.own, *needs.here, *needs.everywhere)}
        everywhere = {one for needs in NEEDS.values() for one in needs.account}
        asked = [(region, one) for region in self.regions for one in operations] + [("global", o) for o in everywhere]
        return Estate(
            started_at=END,
            finished_at=END,
            accounts=(Account(id=ACCOUNT),),
            regions=tuple(self.regions),
            things=tuple(sorted(self.things.values(), key=lambda thing: thing.arn)),
            measurements=tuple(self.measurements),
            asked=tuple(
                Asked(account=ACCOUNT, region=region, operation=operation, calls=1, found=0)
                for region, operation in sorted(asked)
            ),
            gaps=tuple(self.gaps),
        )

    def gap(self, operation: str, *, region: str = REGION, subject: str = "") -> None:
        self.gaps.append(Gap(account=ACCOUNT, region=region, operation=operation, subject=subject, kind="denied"))

    def uses(self, inventory: Inventory | None = None) -> tuple[Use, ...]:
        return links(self.estate(), inventory)

    def fates(self, *apis: str, inventory: Inventory | None = None) -> dict[str, Fate]:
        """By ARN, when the APIs go; when `API` goes without any."""
        estate = self.estate()
        found = fates(estate, links(estate, inventory), frozenset(apis or (API,)), inventory or scan())
        return {fate.subject: fate for fate in found}


def scan(*, table: str = "connections", other_uses: tuple[str, ...] = (), holds_connections: bool = True) -> Inventory:
    """Of the application that `chat` is."""
    where = Location(path="handlers.py")
    return Inventory(
        application="chat",
        apis=(
            Api(
                id="WebsocketsApi",
                name=f"api-{API_ID}",
                routes=(Route(key="$connect", handler="handlers.py:connect", location=where),),
                location=where,
            ),
        ),
        stores=(
            Store(
                id="ConnectionsTable",
                table=table,
                resource="ConnectionsTable",
                holds_connections=holds_connections,
                other_uses=other_uses,
            ),
        ),
    )


def chat() -> Board:
    """An application that has nothing but its WebSocket API: two functions with a role, a table, logs, an alarm."""
    board = Board()
    api, table = board.api(), board.table("connections")
    role = board.role(
        "chat",
        {"Action": ["dynamodb:PutItem", "dynamodb:DeleteItem"], "Resource": table},
        {
            "Action": "execute-api:ManageConnections",
            "Resource": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/*",
        },
    )
    for name, key in (("connect", "$connect"), ("say", "say")):
        function = board.function(name, role=role)
        board.names(function, table)
        board.permits(function, f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/*")
        board.route(api, key, function)
        board.log_group(f"/aws/lambda/{name}")
    board.alarm("say-errors", "AWS/Lambda", "Errors", FunctionName="say")
    return board


ROLE_AND_RULE = (role_arn("chat"), f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly")


def shared_chat() -> Board:
    """`chat`, where a rule calls one of the functions too."""
    board = chat()
    board.rule("nightly", function_arn("say"), ScheduleExpression="rate(1 day)")
    return board
