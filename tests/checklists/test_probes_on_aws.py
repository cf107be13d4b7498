"""Nothing takes an error for an absence: of every probe that asks AWS, whatever AWS did not answer."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import get_args

import pytest

from checklists.aws.estate import GapKind
from checklists.catalogue.items import items
from checklists.evidence import Evidence
from checklists.facts import Facts, Outage
from checklists.idle.model import Knock
from checklists.model import Item, Words
from checklists.probes import PROBES
from checklists.probes.live import LISTED_BY
from checklists.referrers.model import Fate, Matching, Unmatched
from checklists.status import Claim, is_done
from migrator.inventory.model import FileCounts, Inventory
from tests.checklists import account
from tests.checklists.account import API, BEFORE, DASHBOARD, FUNCTION, NOW, estate, facts, gap, gone, live, proof, run

INVENTORY = Inventory(application="chat", files=FileCounts(seen=3, read=3))
BILLED = live().cost.model_copy(update={"billed_before": 20.0, "billed_after": 5.0})

OUTAGES = tuple(Outage(API, minutes, NOW) for minutes in (1, 10, 60, 1440))
WHILE_IT_STANDS = facts(live(), inventory=INVENTORY)
WHEN_IT_IS_GONE = facts(gone(), (run(),), inventory=INVENTORY)

SUPPORTED: dict[str, Facts] = {
    "inventory_owned": WHILE_IT_STANDS,
    "declared_and_live": WHILE_IT_STANDS,
    "api_plan": WHILE_IT_STANDS,
    "table_plan": WHILE_IT_STANDS,
    "function_plan": WHILE_IT_STANDS,
    "log_retention": WHILE_IT_STANDS,
    "tables_backed_up": WHILE_IT_STANDS,
    "apis_idle": WHILE_IT_STANDS,
    "stage_idle": WHILE_IT_STANDS,
    "alarm_actions_off": WHILE_IT_STANDS,
    "dashboards": WHILE_IT_STANDS,
    "alarms": WHILE_IT_STANDS,
    "cost_baseline": WHILE_IT_STANDS,
    "cost_measured": replace(WHILE_IT_STANDS, live=live(cost=BILLED)),
    "thing_decided": WHILE_IT_STANDS,
    "brownouts": replace(WHILE_IT_STANDS, outages=OUTAGES),
    "api_removed": WHEN_IT_IS_GONE,
    "mappings_gone": WHEN_IT_IS_GONE,
    "functions_gone": WHEN_IT_IS_GONE,
    "tables_gone": WHEN_IT_IS_GONE,
    "iam_gone": WHEN_IT_IS_GONE,
    "dns_gone": WHEN_IT_IS_GONE,
    "edge_gone": WHEN_IT_IS_GONE,
    "orphans_gone": WHEN_IT_IS_GONE,
    "thing_gone": WHEN_IT_IS_GONE,
    "thing_edited": WHEN_IT_IS_GONE,
}
"""Of each probe that asks AWS a situation in which it supports."""
ON_AWS = sorted(name for name, probe in PROBES.items() if probe.operations)
BY_ABSENCE = sorted(name for name in SUPPORTED if SUPPORTED[name] is WHEN_IT_IS_GONE and name != "thing_edited")

SUBJECTS = {
    "thing_gone": FUNCTION,
    "thing_decided": FUNCTION,
    "thing_edited": DASHBOARD,
    "stage_idle": f"{API}/stages/prod",
}


@cache
def item(name: str) -> Item:
    found = next(one for one in items(INVENTORY) + _each() if one.probe == name)
    return found.model_copy(update={"subject": SUBJECTS.get(name), "kind": "auto"})


def _each() -> tuple[Item, ...]:
    seen = facts(live(), (run(),))
    unknown = tuple(one.model_copy(update={"lot": "unknown"}) for one in seen.seen)
    return items(INVENTORY, things=(*seen.seen, *unknown), stages=seen.stages)


def ask(name: str, known: Facts) -> Evidence:
    return PROBES[name].ask(known, item(name))


def with_estate(known: Facts, **said) -> Facts:
    things = BEFORE if known.live.apis else account.AFTER
    return replace(known, live=replace(known.live, estate=estate(things, **said)))


def assert_not_done(name: str, evidence: Evidence) -> None:
    assert evidence.verdict != "supports", evidence.summary
    words = Words(id="X", ticked=True, mark="by=evidence")
    assert not is_done(item(name), evidence, Claim(words, NOW.date()))


def test_every_probe_that_asks_aws_is_in_this_file():
    assert set(SUPPORTED) == set(ON_AWS)


@pytest.mark.parametrize("name", sorted(SUPPORTED))
def test_it_supports_where_all_was_answered(name):
    evidence = ask(name, SUPPORTED[name])
    assert evidence.verdict == "supports", evidence.summary


@pytest.mark.parametrize("name", BY_ABSENCE)
def test_absence_that_supports_tells_its_control(name):
    assert ask(name, SUPPORTED[name]).control


@pytest.mark.parametrize("name", sorted(set(BY_ABSENCE) - set(SUBJECTS)))
def test_absence_of_what_was_never_seen_proves_nothing(name):
    evidence = ask(name, facts(gone(), inventory=INVENTORY))
    assert_not_done(name, evidence)
    assert evidence.verdict == "no_data", evidence.summary


@pytest.mark.parametrize("kind", get_args(GapKind))
@pytest.mark.parametrize("name", ON_AWS)
def test_whatever_aws_did_not_answer_is_an_error_and_never_done(name, kind):
    known = SUPPORTED[name]
    gaps = tuple(gap(operation, kind) for operation in PROBES[name].operations)
    evidence = ask(name, with_estate(known, gaps=gaps))
    assert_not_done(name, evidence)
    assert evidence.verdict == "error", evidence.summary


@pytest.mark.parametrize("name", BY_ABSENCE)
def test_each_single_question_without_an_answer_is_enough(name):
    operations = PROBES[name].operations
    if name in {"thing_gone", "orphans_gone"}:
        operations = LISTED_BY[account.types.FUNCTION]
    for operation in operations:
        assert ask(name, with_estate(WHEN_IT_IS_GONE, gaps=(gap(operation, "throttled"),))).verdict == "error"


@pytest.mark.parametrize("name", ON_AWS)
def test_what_was_not_asked_is_no_data(name):
    known = SUPPORTED[name]
    evidence = ask(name, with_estate(known, without=PROBES[name].operations))
    assert_not_done(name, evidence)
    assert evidence.verdict == "no_data", evidence.summary


@pytest.mark.parametrize("name", ON_AWS)
def test_an_old_survey_is_stale(name):
    known = replace(SUPPORTED[name], now=NOW + timedelta(hours=25))
    evidence = ask(name, known)
    assert_not_done(name, evidence)
    assert evidence.verdict == "stale", evidence.summary


@pytest.mark.parametrize("name", ON_AWS)
def test_a_survey_from_the_future_is_an_error(name):
    known = replace(SUPPORTED[name], now=NOW - timedelta(hours=1))
    evidence = ask(name, known)
    assert_not_done(name, evidence)
    assert evidence.verdict == "error", evidence.summary


@pytest.mark.parametrize("name", ON_AWS)
def test_without_a_survey_nothing_is_known(name):
    assert_not_done(name, ask(name, replace(WHEN_IT_IS_GONE, live=None)))


@pytest.mark.parametrize("name", BY_ABSENCE)
def test_a_region_that_was_not_looked_at_hides_what_stood_there(name):
    elsewhere = gone().estate.model_copy(update={"regions": ("us-east-1",)})
    asked = tuple(one.model_copy(update={"region": "us-east-1"}) for one in elsewhere.asked if one.region != "global")
    moved = elsewhere.model_copy(update={"asked": asked})
    assert_not_done(name, ask(name, replace(WHEN_IT_IS_GONE, live=replace(gone(), estate=moved))))


@pytest.mark.parametrize("name", BY_ABSENCE)
def test_what_stands_again_refutes(name):
    """As a log group that Lambda makes anew, or a stack that was deployed once more."""
    known = replace(WHEN_IT_IS_GONE, live=replace(gone(), estate=estate(BEFORE)))
    assert ask(name, known).verdict == "refutes"


def test_denied_names_the_permission_that_would_help():
    denied = gap("lambda:ListFunctions", "denied").model_copy(update={"permission": "lambda:ListFunctions"})
    evidence = ask("functions_gone", with_estate(WHEN_IT_IS_GONE, gaps=(denied,)))
    assert evidence.summary == (
        "AWS did not answer 1 question: access was denied (lambda:ListFunctions). Allow lambda:ListFunctions."
    )


def test_the_open_default_endpoint_keeps_the_door_open():
    """Mappings may be gone, but whoever knows the execute-api address still comes in."""
    without = tuple(one for one in BEFORE if one.type != account.types.MAPPING)
    opened = tuple(
        one.model_copy(update={"properties": {"ProtocolType": "WEBSOCKET"}}) if one.arn == API else one
        for one in without
    )
    assert ask("mappings_gone", facts(live(without), (run(),))).verdict == "supports"
    evidence = ask("mappings_gone", facts(live(opened), (run(),)))
    assert (evidence.verdict, evidence.summary) == ("refutes", "The default endpoint of a1b2c3 (eu-west-1) is open.")


@pytest.mark.parametrize(
    ("name", "change", "summary"),
    [
        (
            "alarm_actions_off",
            {account.ALARM: {"ActionsEnabled": True}},
            "Would page somebody: chat-errors (eu-west-1).",
        ),
        ("tables_backed_up", {account.TABLE: {}}, "No backup of connections (eu-west-1)."),
    ],
)
def test_what_is_not_as_it_has_to_be_refutes(name, change, summary):
    things = tuple(one.model_copy(update={"properties": change.get(one.arn, one.properties)}) for one in BEFORE)
    evidence = ask(name, facts(live(things)))
    assert (evidence.verdict, evidence.summary) == ("refutes", summary)


def test_a_log_group_that_is_kept_for_ever_refutes():
    things = tuple(one.model_copy(update={"properties": {}}) if one.arn == account.LOGS else one for one in BEFORE)
    evidence = ask("log_retention", facts(live(things), inventory=INVENTORY))
    assert evidence.verdict == "refutes"
    assert evidence.summary.startswith("Kept for ever in AWS: chat-connect (eu-west-1).")


def test_a_thing_without_an_owner_refutes_the_inventory():
    things = tuple(one.model_copy(update={"tags": {}}) if one.arn == FUNCTION else one for one in BEFORE)
    evidence = ask("inventory_owned", facts(live(things)))
    assert (evidence.verdict, evidence.progress.done, evidence.progress.total) == ("refutes", 10, 11)
    assert evidence.summary == "Nobody is known to own 1 thing of 11: chat-connect (eu-west-1)."


def test_what_is_declared_and_live_says_which_it_is_and_how_it_was_found():
    assert ask("declared_and_live", WHILE_IT_STANDS).summary == "1 API declared and live: a1b2c3 (name)."


def test_an_api_that_no_file_declares_refutes_the_match():
    matching = Matching(live_only=(Unmatched(live=API, why="no stack"),))
    evidence = ask("declared_and_live", facts(live(matching=matching)))
    assert evidence.verdict == "refutes"
    assert API in evidence.summary


@pytest.mark.parametrize("verdict", ["refutes", "error", "no_data"])
def test_one_stage_that_is_not_idle_decides_for_all(verdict):
    dev = proof(verdict).model_copy(update={"stage": "dev"})
    evidence = ask("apis_idle", facts(live(idle=(proof(), dev))))
    assert evidence.verdict == verdict
    assert (evidence.progress.done, evidence.progress.total) == (1, 2)


def test_an_idle_proof_without_a_control_proves_nothing():
    assert ask("stage_idle", facts(live(idle=(proof(control=""),)))).verdict == "no_data"


def test_a_dashboard_that_still_names_the_api_is_not_edited():
    still = replace(gone(), estate=estate([one for one in BEFORE if one.arn == DASHBOARD]))
    evidence = ask("thing_edited", facts(still, (run(),)))
    assert (evidence.verdict, evidence.summary) == ("refutes", "It still names a1b2c3.")


def test_a_bill_that_went_up_is_left_to_a_person():
    cost = BILLED.model_copy(update={"billed_after": 35.0})
    evidence = ask("cost_measured", facts(live(cost=cost)))
    assert evidence.verdict == "no_data"
    assert evidence.summary.startswith("The bill says $20.00 a month before, $35.00 after. It did not go down")


def test_the_recorded_cost_is_the_baseline_for_ever():
    recorded = run().model_copy(update={"usd_month": 12.5})
    evidence = ask("cost_baseline", facts(gone(), (recorded,)))
    assert (evidence.verdict, evidence.summary) == ("supports", "$12.50 a month, recorded on 2027-01-02.")


def test_facts_say_what_was_observed_when_and_how():
    (fact,) = ask("thing_gone", WHEN_IT_IS_GONE).facts
    assert (fact.source, fact.subject, fact.value, fact.observed_at) == ("aws", FUNCTION, False, NOW)
    assert fact.query == "lambda:ListFunctions"


def test_an_outage_that_was_not_made_to_its_end_proves_nothing():
    some = (*OUTAGES[:3], Outage(API, 1440, None))
    evidence = ask("brownouts", replace(WHILE_IT_STANDS, outages=some))
    assert (evidence.verdict, evidence.progress.done, evidence.progress.total) == ("no_data", 3, 4)
    assert ask("brownouts", WHILE_IT_STANDS).verdict == "no_data"
    other = tuple(replace(one, api="arn:of:another") for one in OUTAGES)
    assert ask("brownouts", replace(WHILE_IT_STANDS, outages=other)).verdict == "no_data"


def test_a_knock_on_the_closed_door_refutes_the_outages():
    knocked = proof().model_copy(update={"knocks": (Knock(metric="ClientError", count=7, last_at=NOW),)})
    evidence = ask("brownouts", replace(facts(live(idle=(knocked,))), outages=OUTAGES))
    assert (evidence.verdict, evidence.summary) == (
        "refutes",
        "Somebody still comes: 7 knocks were refused at one stage, the last on 2027-02-01 12:00 UTC.",
    )


def _undecided(*arns: str) -> tuple[Fate, ...]:
    return tuple(one.model_copy(update={"verdict": "unknown"}) if one.subject in arns else one for one in live().fates)


@pytest.mark.parametrize(
    ("name", "arn"), [("functions_gone", FUNCTION), ("tables_gone", account.TABLE), ("api_removed", API)]
)
def test_what_may_have_to_go_is_not_gone(name, arn):
    """As when it was refused to tell who may call a function: others of its kind beside it prove nothing then."""
    evidence = ask(name, facts(live(fates=_undecided(arn)), inventory=INVENTORY))
    assert_not_done(name, evidence)
    assert evidence.verdict == "no_data"
    assert "whether it has to go" in evidence.summary


def test_what_was_to_go_is_still_to_go_when_a_later_survey_cannot_tell():
    later = facts(live(fates=_undecided(FUNCTION)), (run(),))
    assert later.seen_by_arn[FUNCTION].lot == "delete"
    recorded = run(live(fates=_undecided(FUNCTION)), at=NOW - timedelta(days=2))
    assert facts(gone(), (run(), recorded)).seen_by_arn[FUNCTION].lot == "delete"
    assert ask("functions_gone", later).verdict == "refutes"
