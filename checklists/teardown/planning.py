"""Makes the plan of a teardown from what a survey saw and what the referrer graph says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from checklists.idle.model import IdleProof
from checklists.referrers.model import Fate, Matching
from checklists.teardown.digests import digest_in, estate_digest, plan_digest
from checklists.teardown.errors import ApiUnknown, NothingToTearDown, SeveralAccounts
from checklists.teardown.model import Kept, Step, TeardownPlan
from checklists.teardown.order import numbered
from checklists.teardown.settings import TeardownSettings
from checklists.teardown.situation import Situation
from checklists.teardown.staying import in_account, keeping_other_apis, respecting_tags, staying
from checklists.teardown.steps import closing, edits, entrance, functions, identity, owners, remains, soft, tables

LEFT_BEHIND: Final = "Its stack is made to leave it behind. Plan again when the stack is gone, and it is deleted then."
EXPIRES: Final = "What it holds expires by itself, and an empty log group costs nothing."
NO_WAY: Final = "Only the WebSocket path uses it, and this tool has no step that deletes such a thing: a person does."


def declared_places(matching: Matching | None) -> dict[str, str]:
    """ARN -> 'serverless.yml:41', of what the application declares."""
    pairs = () if matching is None else matching.pairs
    places = ((pair.live, pair.declared.location) for pair in pairs)
    return {live: f"{place.path}:{place.line}" for live, place in places if place is not None}


def chosen_apis(estate: Estate, named: Iterable[str], among: frozenset[str] | None = None) -> tuple[str, ...]:
    """ARNs of the WebSocket APIs that go: those that are named by id, name or ARN, or all. `among`: ARNs of those that
    there are to choose from; None: all. Raises ApiUnknown, NothingToTearDown or SeveralAccounts."""
    apis = [api for api in estate.websocket_apis() if among is None or api.arn in among]
    chosen: list[Thing] = []
    for name in named:
        found = [api for api in apis if name in {api.arn, api.id, api.name}]
        if not found:
            raise ApiUnknown(name, tuple(sorted({known for api in apis for known in (api.id, api.name)})))
        chosen += found
    chosen = chosen or list(apis)
    if not chosen:
        raise NothingToTearDown(tuple(account.id for account in estate.accounts), estate.regions, len(estate.gaps))
    if len({api.account for api in chosen}) > 1:
        raise SeveralAccounts(tuple(sorted({api.account for api in chosen})))
    return tuple(sorted({api.arn for api in chosen}))


def make_plan(
    estate: Estate,
    fates: Iterable[Fate],
    apis: tuple[str, ...],
    *,
    application: str,
    now: datetime,
    settings: TeardownSettings,
    idle: tuple[IdleProof, ...] = (),
    costs: str = "",
    savings: Mapping[str, float] | None = None,
    declared: Mapping[str, str] | None = None,
) -> TeardownPlan:
    """`apis`: ARNs, as `chosen_apis` gives them. `costs`: one sentence on before and after. `savings`: ARN ->
    dollars a month. `declared`: ARN -> place in the application, where that is known."""
    account = next(thing.account for arn in apis if (thing := estate.thing(arn)) is not None)
    by_subject = {fate.subject: respecting_tags(estate, fate, now.date()) for fate in fates}
    by_subject = {arn: in_account(estate, account, fate) for arn, fate in by_subject.items()}
    if not any(by_subject[api].verdict == "delete" for api in apis if api in by_subject):
        by_subject = {arn: staying(fate) for arn, fate in by_subject.items()}
    by_subject = _with_parts(estate, keeping_other_apis(by_subject, apis))
    situation = Situation(
        estate=estate,
        fates=by_subject,
        apis=apis,
        idle=idle,
        settings=settings,
        now=now,
        declared=declared or {},
        savings=savings or {},
    )
    steps = numbered(_steps(situation))
    known = next((one for one in estate.accounts if one.id == account), None)
    subjects = _subjects(estate, steps)
    known_savings = [step.saves_usd_month for step in steps if step.saves_usd_month is not None]
    plan = TeardownPlan(
        application=application,
        account=account,
        alias=known.alias if known else "",
        partition=known.partition if known else "aws",
        regions=tuple(sorted({thing.region for thing in subjects} - {types.GLOBAL_REGION})),
        surveyed=estate.regions,
        apis=apis,
        made_at=now,
        expires_at=now + timedelta(minutes=settings.expires_minutes),
        estate_digest=estate_digest(estate),
        digests={thing.arn: digest for thing in subjects if (digest := digest_in(estate, thing.arn)) is not None},
        types={thing.arn: thing.type for thing in subjects},
        steps=steps,
        kept=_kept(estate, situation, steps),
        notes=_notes(situation),
        saves_usd_month=sum(known_savings) if known_savings else None,
        costs=costs,
    )
    return plan.model_copy(update={"digest": plan_digest(plan)})


def _steps(situation: Situation) -> list[Step]:
    steps: list[Step] = []
    for room in (
        soft.snapshot,
        soft.silence_alarms,
        soft.doors,
        entrance.unmap,
        tables.of_stacks,
        owners.stacks,
        entrance.apis,
        functions.triggers,
        lambda at, before: edits.edits(at, before, "triggers"),
        functions.functions,
        functions.logs,
        tables.tables,
        lambda at, before: edits.edits(at, before, "permissions"),
        identity.permissions,
        remains.domains,
        lambda at, before: edits.edits(at, before, "watching"),
        remains.watching,
        lambda at, before: edits.edits(at, before, "files"),
        closing.files,
        closing.confirm,
    ):
        steps += room(situation, steps)
    return steps


def _with_parts(estate: Estate, fates: dict[str, Fate]) -> dict[str, Fate]:
    """What is in an API goes with it, and has no fate of its own."""
    parts = {
        part.arn: Fate(subject=part.arn, verdict="delete", why="It is in an API that goes")
        for arn, fate in fates.items()
        if fate.verdict == "delete" and "/apis/" in arn
        for part in estate.under(arn)
    }
    return parts | fates


def _subjects(estate: Estate, steps: tuple[Step, ...]) -> list[Thing]:
    arns = {
        arn
        for step in steps
        for arn in (
            step.subject,
            *step.covers,
            *(gate.subject for gate in step.gates),
            *(check.subject for check in step.checks),
            *(() if step.brownout is None else (step.brownout.function,)),
        )
    }
    return [thing for thing in estate.things if thing.arn in arns]


def _kept(estate: Estate, situation: Situation, steps: tuple[Step, ...]) -> tuple[Kept, ...]:
    kept = []
    retained = {arn for owned in situation.ownership.stacks for arn in owned.retained}
    handled = {arn for step in steps if step.phase != "snapshot" for arn in (step.subject, *step.covers)}
    for arn, fate in sorted(situation.fates.items()):
        thing = estate.thing(arn)
        if thing is None or fate.verdict == "edit" or (fate.verdict == "delete" and arn in handled - retained):
            continue
        why, verdict = fate.why, "unknown" if fate.verdict == "unknown" else "keep"
        if fate.verdict == "delete":
            why = LEFT_BEHIND if arn in retained else EXPIRES if thing.type == types.LOG_GROUP else NO_WAY
        kept.append(
            Kept.model_validate(
                {
                    "subject": arn,
                    "type": thing.type,
                    "name": thing.name,
                    "verdict": verdict,
                    "why": why,
                    "users": fate.users,
                    "missing": fate.missing,
                }
            )
        )
    return tuple(kept)


def _notes(situation: Situation) -> tuple[str, ...]:
    notes = []
    estate = situation.estate
    if estate.gaps:
        shown = sorted({f"{gap.operation} in {gap.region} ({gap.kind})" for gap in estate.gaps})
        more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
        notes.append(f"Not everything could be asked: {', '.join(shown[:5])}{more}. What that leaves unknown is kept.")
    for api in situation.things(situation.apis):
        if not situation.goes(api.arn):
            fate = situation.fates.get(api.arn)
            notes.append(f"The API {api.name} stays: {'nothing is known of it' if fate is None else fate.why}.")
        if situation.ownership.of(api.arn) != "none" and situation.goes(api.arn):
            notes.append(
                f"A stack or Terraform owns the API {api.name}. In brownouts, and until it is gone, one setting of it "
                "or its function differs from what is written there; `undo` sets it back."
            )
    if not situation.settings.accounts:
        notes.append("[teardown] accounts is empty: this plan can be read, and no account allows to carry it out yet.")
    return tuple(notes)
