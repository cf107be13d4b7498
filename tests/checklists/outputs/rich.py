"""A checklist with everything that an output can show, small enough to look through; and the same, hostile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from checklists.cost.model import CostComparison, CostLine, Estimate
from checklists.evidence import Evidence, Fact, Pointer, Progress, Window
from checklists.idle.model import IdleProof, Knock
from checklists.model import (
    Attestation,
    Audience,
    Baseline,
    Checklist,
    Entry,
    Item,
    Named,
    Status,
    Survey,
    Waiver,
    Words,
)
from checklists.phases import PHASES, Forecast, HistoryPoint, Phase, PhaseName, StageNumber
from checklists.referrers.graph import Edge, Node, Picture
from checklists.referrers.model import Change, Fate, Use
from migrator.inventory.record import Location

START = date(2026, 6, 1)
TODAY = date(2026, 9, 7)
NOW = datetime(2026, 9, 7, 8, 30, tzinfo=UTC)
API = "arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5"
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/chat-connections"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:chat-send"
DASHBOARD = "arn:aws:cloudwatch::111122223333:dashboard/chat"
RULE = "arn:aws:events:eu-west-1:111122223333:rule/nightly"

STAGE: dict[PhaseName, StageNumber] = {
    "discover": 1,
    "build": 2,
    "verify": 2,
    "cutover": 2,
    "drain": 3,
    "brownout": 3,
    "teardown": 3,
    "confirm": 3,
}


def rich(poison: str = "", *, notes: str = "") -> Checklist:
    """`poison` is put after every text that comes from a person, a repository or AWS; `notes` into every note."""
    entries = tuple(entry(number, status, poison, notes) for number, status in enumerate(STATUSES_SHOWN))
    return Checklist(
        application=f"chat{poison}",
        as_of=TODAY,
        started=START,
        baseline=Baseline(sites=40, clients=2, reconnects=1, tests=3, apis=1, resources=9),
        sites=11,
        phases=phases(entries),
        entries=entries,
        carried=(Words(id="OLD-ITEM", title="An old item", ticked=True, owner="mia", notes=notes),),
        git="0a1b2c3d",
        survey=Survey(
            finished_at=NOW,
            accounts=(f"111122223333 (chat-prod{poison})",),
            regions=("eu-west-1",),
            things=128,
            gaps=(f"cloudfront:ListDistributions was denied in 111122223333.{poison}",),
        ),
        history=history(),
        forecast=Forecast(finish=date(2026, 12, 18), per_week=1.4, words=f"At 1.4 items a week it ends late.{poison}"),
        cost=cost(poison),
        idle=idle(poison),
        fates=fates(poison),
        uses=uses(poison),
        graph=graph(poison),
        named=tuple(
            Named(
                arn=f"{arn}{poison}",
                type=kind,
                name=f"{arn.rpartition('/')[2].rpartition(':')[2]}{poison}",
                account="111122223333",
                region="eu-west-1",
            )
            for arn, kind in (
                (API, "AWS::ApiGatewayV2::Api"),
                (TABLE, "AWS::DynamoDB::Table"),
                (FUNCTION, "AWS::Lambda::Function"),
                (DASHBOARD, "AWS::CloudWatch::Dashboard"),
                (RULE, "AWS::Events::Rule"),
            )
        ),
    )


STATUSES_SHOWN: tuple[Status, ...] = (
    "done",
    "done",
    "waived",
    "regressed",
    "disputed",
    "ready",
    "in_progress",
    "unknown",
    "blocked",
    "not_started",
    "not_applicable",
)


def entry(number: int, status: Status, poison: str = "", notes: str = "") -> Entry:
    phase = PHASES[number * len(PHASES) // len(STATUSES_SHOWN) % len(PHASES)]
    audience: Audience = ("developer", "infrastructure", "operations")[number % 3]
    before = (f"ITEM-{number - 1}",) if number % 11 else ()
    item = Item(
        id=f"ITEM-{number}",
        title=f"Do thing {number}{poison}",
        audience=audience,
        phase=phase,
        kind="assisted",
        action=f"Do it.{poison}",
        undo=f"Undo it.{poison}",
        depends_on=before,
        risk=number % 5 + 1,
        permissions=("apigateway:GET",),
        saves_usd_month=12.5 if number % 4 == 0 else None,
    )
    due = START + timedelta(days=18 * (PHASES.index(phase) + 1))
    late = status in {"regressed", "in_progress"}
    return Entry(
        item=item,
        evidence=evidence(number, status, poison),
        words=Words(id=item.id, title=item.title, ticked=status == "done", owner="@mia", notes=notes),
        due=due,
        status=status,
        reason=f"because of {status}{poison}",
        blocked_by=before if status == "blocked" else (),
        overdue_days=(TODAY - due).days if late and due < TODAY else 0,
        owner=f"@mia{poison}",
        owner_source="codeowners",
        waiver=Waiver(
            reason=f"the partner moves in winter{poison}",
            approved_by=f"jo{poison}",
            granted_at=date(2026, 8, 1),
            expires=date(2026, 10, 1),
            ticket=f"OPS-17{poison}",
            days_left=24,
        )
        if status == "waived"
        else None,
        without_waiver="not_started" if status == "waived" else None,
        attested=Attestation(by=f"mia{poison}", on=date(2026, 8, 3), words=f"looked{poison}") if number == 1 else None,
        since=TODAY if status == "regressed" else date(2026, 7, 1),
        reopened=1 if status == "regressed" else 0,
    )


def evidence(number: int, status: Status, poison: str) -> Evidence | None:
    if number == 9:
        return None
    verdict = {"done": "supports", "ready": "supports", "unknown": "error"}.get(status, "refutes")
    fact = Fact(
        id="aws.ConnectCount",
        source="aws",
        subject=f"{API}/stages/prod{poison}",
        value=0 if number % 2 else f"none{poison}",
        unit="connections",
        observed_at=NOW,
        window=Window(start=NOW - timedelta(days=28), end=NOW),
        query=f"cloudwatch:GetMetricData ConnectCount{poison}",
    )
    return Evidence.model_validate(
        {
            "verdict": verdict,
            "summary": f"{number} of 20 sites are left.{poison}",
            "locations": (Pointer(location=Location(path=f"web/chat{poison}.ts", line=14), note=f"opens it{poison}"),),
            "progress": Progress(done=number, total=20),
            "facts": (fact,),
            "control": f"ConnectCount was 4,211 in the four weeks before.{poison}" if verdict == "supports" else "",
        }
    )


def phases(entries: tuple[Entry, ...]) -> tuple[Phase, ...]:
    made = []
    for number, name in enumerate(PHASES, 1):
        own = [entry for entry in entries if entry.item.phase == name and entry.status != "not_applicable"]
        overdue = sum(entry.overdue_days > 0 for entry in own)
        made.append(
            Phase(
                name=name,
                number=number,
                stage=STAGE[name],
                title=name.capitalize(),
                due=START + timedelta(days=18 * number),
                done=sum(entry.settled for entry in own),
                total=len(own),
                overdue=overdue,
                deadline="overdue" if overdue else "at_risk" if number == 5 else "on_track",
                needed_per_week=2.5 if number >= 5 else None,
                observed_per_week=1.4,
            )
        )
    return tuple(made)


def history() -> tuple[HistoryPoint, ...]:
    return tuple(
        HistoryPoint(
            run=f"run-{week}",
            at=datetime(2026, 6, 1, 6, tzinfo=UTC) + timedelta(weeks=week),
            done=week // 4,
            total=10 if week > 3 else 9,
            sites=40 - 2 * week,
            git="0a1b2c3d",
        )
        for week in range(15)
    )


def cost(poison: str = "") -> CostComparison:
    def estimate(*usd: float) -> Estimate:
        lines = tuple(
            CostLine(
                item=f"Line {number}{poison}",
                quantity=1_000_000.0,
                unit="messages",
                price=amount / 1_000_000,
                usd=amount,
                source="measured" if number % 2 else "assumed",
                page="https://aws.amazon.com/api-gateway/pricing/",
            )
            for number, amount in enumerate(usd)
        )
        return Estimate(lines=lines, assumptions=(f"A session lasts 20 minutes.{poison}",))

    return CostComparison(
        prices_of=date(2026, 8, 15),
        region="eu-west-1",
        before=estimate(12.4, 6.1),
        during=estimate(12.4, 6.1, 36.2),
        after=estimate(36.2),
        billed_before=18.9,
        billed_after=None,
        break_even=f"From 1,900 connections on the new path is cheaper.{poison}",
        words=f"It goes up by $17.70 a month at today's load.{poison}",
        gaps=(f"Cost Explorer was not asked.{poison}",),
    )


def idle(poison: str = "") -> tuple[IdleProof, ...]:
    start = NOW - timedelta(days=28)
    return (
        IdleProof(
            api=f"{API}{poison}",
            stage=f"prod{poison}",
            verdict="refutes",
            why=f"312 connections in 28 days.{poison}",
            start=start,
            end=NOW,
            last_seen=NOW - timedelta(hours=3),
            control=f"ConnectCount has datapoints on 28 of 28 days.{poison}",
            knocks=(Knock(metric="ClientError", count=17, last_at=NOW - timedelta(days=1)),),
            callers=(f"198.51.100.7 okhttp/4.9{poison}",),
            days=tuple(
                ((NOW - timedelta(days=day)).date(), float(max(0, 3 * day - 20)))
                for day in range(28, 0, -1)
                if day % 9 != 4
            ),
        ),
        IdleProof(
            api=f"{API}{poison}", stage="dev", verdict="supports", why="Nothing in 28 days.", start=start, end=NOW
        ),
    )


def fates(poison: str = "") -> tuple[Fate, ...]:
    return (
        Fate(subject=f"{API}{poison}", verdict="delete", why=f"only the WebSocket path uses it{poison}"),
        Fate(subject=f"{TABLE}{poison}", verdict="keep", why=f"rule nightly reads it{poison}", users=uses(poison)[:1]),
        Fate(subject=f"{FUNCTION}{poison}", verdict="unknown", why="not known", missing=("lambda:GetPolicy",)),
        Fate(
            subject=f"{DASHBOARD}{poison}",
            verdict="edit",
            why=f"2 of 5 widgets{poison}",
            changes=(Change(operation="cloudwatch.put_dashboard", words=f"Widgets 2 and 4 go.{poison}"),),
        ),
    )


def uses(poison: str = "") -> tuple[Use, ...]:
    return (
        Use(user=f"{RULE}{poison}", used=f"{TABLE}{poison}", kind="rule", detail=f"target of rule nightly{poison}"),
        Use(user=f"{API}{poison}", used=f"{FUNCTION}{poison}", kind="integration", detail="route send"),
        Use(user=f"{FUNCTION}{poison}", used=f"{TABLE}{poison}", kind="environment", detail="TABLE_NAME"),
        Use(user=f"{DASHBOARD}{poison}", used=f"{API}{poison}", kind="dashboard", detail="widget 2", mention=True),
        Use(user=f"code:src/push{poison}.py:12", used=f"{API}{poison}", kind="code", detail="posts to a connection"),
    )


def graph(poison: str = "") -> Picture:
    standing = {fate.subject: fate.verdict for fate in fates(poison)}
    arns = dict.fromkeys(arn for use in uses(poison) for arn in (use.user, use.used))
    return Picture(
        nodes=tuple(
            Node(
                arn=arn,
                label=arn.rpartition("/")[2],
                type="" if arn.startswith("code:") else "AWS::Lambda::Function",
                standing=standing.get(arn, "outside"),
                column=0,
                row=row,
            )
            for row, arn in enumerate(arns)
        ),
        edges=tuple(
            Edge(source=use.user, target=use.used, kinds=(use.kind,), mention=use.mention) for use in uses(poison)
        ),
        left_out=3,
    )
