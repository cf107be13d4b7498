"""A small account as a survey saw it: one WebSocket API with all that hangs on it, and others of every kind beside."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from checklists.aws import types
from checklists.aws.estate import Account, Asked, Estate, Gap, GapKind, Thing
from checklists.aws.permissions import OPERATIONS
from checklists.cost.model import CostComparison, CostLine, Estimate
from checklists.facts import Facts, Live, measure, seen_now
from checklists.history.model import Run, RunItem
from checklists.history.past import Past
from checklists.idle.model import IdleProof
from checklists.probes.survey import ALSO_ONCE, ONCE
from checklists.referrers.model import Declared, Fate, Matching, Pair
from checklists.settings import ChecklistSettings, NewPath
from migrator.inventory.model import Inventory

ACCOUNT = "111122223333"
REGION = "eu-west-1"
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
API = f"arn:aws:apigateway:{REGION}::/apis/a1b2c3"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:chat-connect"
DASHBOARD = f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/mixed"
ALARM = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:chat-errors"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/connections"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/chat-connect"

GOING = {
    API: (types.API, {"ProtocolType": "WEBSOCKET", "DisableExecuteApiEndpoint": True}),
    f"{API[: API.index('/apis')]}/domainnames/ws.example.com/apimappings/m1": (types.MAPPING, {"ApiId": "a1b2c3"}),
    f"{API[: API.index('/apis')]}/domainnames/ws.example.com": (types.DOMAIN, {}),
    FUNCTION: (types.FUNCTION, {}),
    TABLE: (types.TABLE, {"Backups": ["b1"]}),
    LOGS: (types.LOG_GROUP, {"retentionInDays": 30}),
    ALARM: (types.ALARM, {"ActionsEnabled": False}),
    f"arn:aws:iam::{ACCOUNT}:role/chat": (types.ROLE, {}),
    "arn:aws:route53:::hostedzone/Z1/recordset/ws.example.com/A": (types.RECORD, {}),
    f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1": (types.DISTRIBUTION, {}),
}
EDITED = {DASHBOARD: (types.DASHBOARD, {"Body": {"widgets": ["a1b2c3", "other"]}})}
GLOBAL = frozenset({types.ROLE, types.RECORD, types.DISTRIBUTION, types.DASHBOARD})


def thing(arn: str, type_: str, properties: dict | None = None, **more) -> Thing:
    name = arn.replace("/", ":").rpartition(":")[2]
    region = "global" if type_ in GLOBAL else REGION
    said = {"account": ACCOUNT, "region": region, "tags": {"Team": "chat"}, **more}
    return Thing(arn=arn, type=type_, id=name, name=name, properties=properties or {}, **said)


SIBLINGS = tuple(
    thing(arn + "-of-others", type_, {"ProtocolType": "HTTP"} if type_ == types.API else {})
    for arn, (type_, _) in GOING.items()
)
BEFORE = tuple(thing(arn, type_, properties) for arn, (type_, properties) in {**GOING, **EDITED}.items())
AFTER = (thing(DASHBOARD, types.DASHBOARD, {"Body": {"widgets": ["other"]}}),)
NEW_PATH = (
    thing(f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:sse-gaps", types.ALARM),
    thing(f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/sse", types.DASHBOARD),
)


def _regions(operation: str) -> tuple[str, ...]:
    return ("global",) if operation in ONCE else (REGION, "global") if operation in ALSO_ONCE else (REGION,)


def estate(things: Iterable[Thing], *, without: Iterable[str] = (), gaps: tuple[Gap, ...] = (), at=NOW) -> Estate:
    """`without`: operations that were not asked."""
    asked = tuple(
        Asked(account=ACCOUNT, region=region, operation=operation, calls=1, found=1)
        for operation in OPERATIONS
        for region in _regions(operation)
        if operation not in {*without, *(gap.operation for gap in gaps)}
    )
    return Estate(
        started_at=at - timedelta(minutes=2),
        finished_at=at,
        accounts=(Account(id=ACCOUNT, alias="chat"),),
        regions=(REGION,),
        things=tuple(sorted((*things, *SIBLINGS, *NEW_PATH), key=lambda one: one.arn)),
        asked=asked,
        gaps=gaps,
    )


def gap(operation: str, kind: GapKind) -> Gap:
    return Gap(account=ACCOUNT, region=_regions(operation)[-1], operation=operation, kind=kind)


def proof(verdict: str = "supports", control: str = "400 messages in January") -> IdleProof:
    start = NOW - timedelta(days=31)
    return IdleProof(api=API, stage="prod", verdict=verdict, why="Why.", start=start, end=NOW, control=control)


def fates_of(things: Iterable[Thing]) -> tuple[Fate, ...]:
    standing = {one.arn for one in things}
    going = [Fate(subject=arn, verdict="delete", why="Only it.") for arn in GOING if arn in standing]
    edited = [Fate(subject=arn, verdict="edit", why="Mixed.") for arn in EDITED if arn in standing]
    return (*going, *edited)


def live(things: tuple[Thing, ...] = BEFORE, **more) -> Live:
    """While the API stands."""
    declared = Declared(kind="api", id="ChatApi", type=types.API)
    line = CostLine(item="messages", quantity=1, unit="M", price=1, usd=12.5, source="measured")
    cost = CostComparison(prices_of=date(2027, 1, 1), region=REGION, before=Estimate(lines=(line,)), words="Down.")
    said = {
        "estate": estate(things),
        "apis": frozenset({API}),
        "matching": Matching(pairs=(Pair(declared=declared, live=API, why="name"),)),
        "fates": fates_of(things),
        "idle": (proof(),),
        "cost": cost,
        **more,
    }
    return Live(**said)


def gone(**more) -> Live:
    """When nothing of it is left."""
    return live(AFTER, **{"apis": frozenset(), "fates": (), "idle": (), "matching": Matching(), "cost": None, **more})


def run(seen: Live | None = None, at: datetime = NOW - timedelta(days=30), inventory: Inventory | None = None) -> Run:
    """A recorded run that saw the things of `seen`; None for all that went."""
    baseline = measure(inventory or Inventory(application="chat"))
    return Run(
        id=f"{at:%Y%m%dT%H%M%S}Z-abcdef",
        at=at,
        accounts=(ACCOUNT,),
        regions=(REGION,),
        started=date(2026, 9, 1),
        baseline=baseline,
        sites=0,
        items={"DEV-FIND-CODE": RunItem(status="done")},
        things=seen_now(seen or live()),
    )


def facts(seen: Live | None, runs: tuple[Run, ...] = (), now: datetime = NOW, **more) -> Facts:
    inventory = Inventory(application="chat")
    settings = ChecklistSettings(new_path=NewPath(alarms=("sse-*",), dashboards=("sse*",)))
    found = Facts(
        inventory,
        None,
        "",
        False,
        measure(inventory),
        now.date(),
        live=seen,
        now=now,
        past=Past(runs),
        settings=settings,
    )
    return replace(found, **more)
