"""What holds of every graph: nothing that somebody needs goes, and neither a new user nor an error lets more go."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.aws import types
from checklists.aws.estate import Estate, Gap
from checklists.referrers.fates import fates
from checklists.referrers.index import Index
from checklists.referrers.links import links
from checklists.referrers.model import Fate, Use
from tests.checklists.referrers import sharing
from tests.checklists.referrers.board import ACCOUNT, API, REGION, Board, chat, function_arn, scan, table_arn

STRANGER = "arn:aws:iam::999999999999:root"


def _board() -> Board:
    """Things of every sort, that only the drawn uses connect."""
    board = Board()
    board.api()
    for name in ("f", "g", "h"):
        board.function(name)
        board.log_group(f"/aws/lambda/{name}")
    board.table("connections")
    board.role("r")
    domain = board.thing(f"arn:aws:apigateway:{REGION}::/domainnames/d", types.DOMAIN, "d")
    board.thing(f"{domain}/apimappings/m", types.MAPPING, "m")
    board.alarm("a", "AWS/SQS", "Depth")
    board.composite("c", "")
    board.dashboard("b")
    board.rule("rule")
    return board


BOARD = _board()
ESTATE = BOARD.estate()
ARNS = sorted(BOARD.things)
PLACES = sorted({(one.region, one.operation) for one in ESTATE.asked})
NEAR = [one for one in ARNS if "function" in one or "role" in one or "table" in one or "domainnames" in one]
USERS = [*[API] * 20, *[function_arn("f")] * 8, *NEAR, *ARNS, STRANGER]
FLAGS = [(False, True), (False, True), (False, True), (True, True), (False, False)]


def _uses(drawn: bytes) -> list[Use]:
    """Three bytes are one use, which draws and shrinks fast. Most users are near the API, so that much goes."""
    found = []
    for at in range(0, len(drawn) - 2, 3):
        user, used, flags = drawn[at : at + 3]
        mention, certain = FLAGS[flags % len(FLAGS)]
        found.append(
            Use(
                user=USERS[user % len(USERS)],
                used=ARNS[used % len(ARNS)],
                kind="environment",
                detail=str(at),
                mention=mention,
                certain=certain,
            )
        )
    return found


GRAPH = st.binary(max_size=75).map(_uses)


def _judged(uses: list[Use], estate: Estate = ESTATE) -> dict[str, Fate]:
    return {fate.subject: fate for fate in fates(estate, uses, frozenset({API}), scan())}


def _deleted(found: dict[str, Fate]) -> set[str]:
    return {arn for arn, fate in found.items() if fate.verdict == "delete"}


@given(GRAPH)
@settings(max_examples=200)
def test_nothing_goes_that_somebody_outside_needs(uses: list[Use]) -> None:
    gone = _deleted(_judged(uses))
    index = Index(ESTATE)
    for one in uses:
        if one.used in gone and not one.mention and one.user != one.used:
            assert index.owner(one.user) in gone, one


@given(GRAPH)
def test_what_is_about_something_that_stays_does_not_go(uses: list[Use]) -> None:
    gone = _deleted(_judged(uses))
    about = {types.ALARM, types.COMPOSITE_ALARM, types.DASHBOARD, types.MAPPING}
    for one in uses:
        if one.user in gone and one.mention and one.user != one.used and BOARD.things[one.user].type in about:
            assert one.used in gone, one


@given(GRAPH, st.data())
@settings(max_examples=100)
def test_another_user_never_lets_a_kept_thing_go(uses: list[Use], data: st.DataObject) -> None:
    before = _judged(uses)
    kept = sorted(before.keys() - _deleted(before))
    if not kept:
        return
    more = Use(
        user=data.draw(st.sampled_from([*ARNS, STRANGER])),
        used=data.draw(st.sampled_from(kept)),
        kind="environment",
        detail="more",
    )
    assert more.used not in _deleted(_judged([*uses, more])) or more.user == more.used


@given(GRAPH, st.sampled_from(ARNS))
@settings(max_examples=100)
def test_a_user_from_outside_only_ever_keeps(uses: list[Use], used: str) -> None:
    before = _deleted(_judged(uses))
    after = _deleted(_judged([*uses, Use(user=STRANGER, used=used, kind="environment", detail="more")]))
    assert after <= before - {used}


@given(GRAPH, st.lists(st.sampled_from(PLACES), min_size=1, max_size=3), st.sampled_from(["", *ARNS]), st.booleans())
@settings(max_examples=100)
def test_an_error_never_lets_more_go(
    uses: list[Use], places: list[tuple[str, str]], subject: str, never_asked: bool
) -> None:
    gaps = tuple(
        Gap(account=ACCOUNT, region=region, operation=operation, subject=subject, kind="throttled")
        for region, operation in places
    )
    asked = tuple(one for one in ESTATE.asked if (one.region, one.operation) not in places)
    changed = ESTATE.model_copy(update={"asked": asked} if never_asked else {"gaps": gaps})
    before, after = _judged(uses), _judged(uses, changed)
    assert _deleted(after) <= _deleted(before)
    for arn in _deleted(before) - _deleted(after):
        assert after[arn].verdict == "unknown"
        assert after[arn].missing


@given(GRAPH, st.sets(st.integers(0, len(ESTATE.measurements) - 1), min_size=1))
def test_what_was_not_measured_never_lets_more_go(uses: list[Use], without: set[int]) -> None:
    left = tuple(one for at, one in enumerate(ESTATE.measurements) if at not in without)
    changed = ESTATE.model_copy(update={"measurements": left})
    assert _deleted(_judged(uses, changed)) <= _deleted(_judged(uses))


UNSEEN: list[tuple[Any, str, str]] = [
    (sharing.rest, types.REST_API, "apigateway:GetRestApis"),
    (sharing.rest, types.REST_API, "apigateway:GetResources"),
    (sharing.http, types.INTEGRATION, "apigatewayv2:GetIntegrations"),
    (sharing.rule, types.RULE, "events:ListRules"),
    (sharing.rule, types.RULE, "events:ListTargetsByRule"),
    (sharing.schedule, types.SCHEDULE, "scheduler:ListSchedules"),
    (sharing.topic, types.TOPIC, "sns:ListSubscriptions"),
    (sharing.queue, types.EVENT_SOURCE, "lambda:ListEventSourceMappings"),
    (sharing.url, types.FUNCTION_URL, "lambda:ListFunctionUrlConfigs"),
    (sharing.machine, types.STATE_MACHINE, "stepfunctions:DescribeStateMachine"),
    (sharing.caller, types.FUNCTION, "lambda:ListFunctions"),
    (sharing.may_call, types.ROLE, "iam:GetAccountAuthorizationDetails"),
    (sharing.logs, types.LOG_GROUP, "logs:DescribeSubscriptionFilters"),
    (sharing.widget, types.DASHBOARD, "cloudwatch:ListDashboards"),
]


@pytest.mark.parametrize(("share", "type_", "operation"), UNSEEN, ids=[one[2] for one in UNSEEN])
def test_a_user_that_could_not_be_seen_keeps_the_function(share: Any, type_: str, operation: str) -> None:
    board, own = chat(), chat().things
    share(board, function_arn("say"))
    for arn in [arn for arn, thing in board.things.items() if thing.type == type_ and arn not in own]:
        del board.things[arn]
    place = "global" if any(one.operation == operation and one.region == "global" for one in ESTATE.asked) else REGION
    board.gap(operation, region=place)
    fate = board.fates()[function_arn("say")]
    assert fate.verdict == "unknown"
    assert f"{operation} in {place} of {ACCOUNT}" in fate.missing
    assert board.fates()[table_arn("connections")].verdict == "unknown"


def test_the_graphs_that_are_drawn_let_much_go() -> None:
    """Without this the promises above could hold because nothing ever goes."""
    chance = random.Random(7)
    sizes = [len(_deleted(_judged(_uses(chance.randbytes(36))))) for _ in range(200)]
    assert sum(size > 3 for size in sizes) > 20
    assert sum(size == 0 for size in sizes) > 10


def test_links_of_one_estate_are_the_same_in_whatever_order_its_things_come() -> None:
    estate = chat().estate()
    turned = estate.model_copy(update={"things": tuple(reversed(estate.things))})
    assert links(turned) == links(estate)
