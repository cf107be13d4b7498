"""The example application in the fake AWS, surveyed as it stands, as it falls silent, and when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from checklists import build
from checklists.aws.access import AccountAccess
from checklists.aws.collect import COLLECTORS
from checklists.aws.survey import survey
from checklists.facts import seen_now
from checklists.history.model import Run, run_of
from checklists.history.past import Past
from checklists.looking import going, look, window_of
from checklists.model import Checklist, Entry
from checklists.probes.survey import ALSO_ONCE, ONCE
from checklists.referrers.matching import match
from checklists.settings import ChecklistSettings
from migrator.inventory.model import Inventory
from migrator.scan.application import scan_application
from tests.awsfake import FakeAws, fake_aws
from tests.awsfake.estates import Chat, chat
from tests.awsfake.faults import denied
from tests.awsfake.world import REGION
from tests.running import CHAT

SETTINGS = ChecklistSettings()


@dataclass
class Story:
    aws: FakeAws
    built: Chat
    inventory: Inventory
    runs: list[Run] = field(default_factory=list)

    def look(self, record: bool = True) -> Checklist:
        now = self.aws.clock.now()
        estate = survey([AccountAccess(self.aws.session())], [REGION], window=window_of(SETTINGS), now=now)
        live = look(estate, self.inventory, settings=SETTINGS, now=now, runs=self.runs)
        checklist = build(
            self.inventory,
            verify=None,
            previous=None,
            today=now.date(),
            started=None,
            now=now,
            live=live,
            runs=self.runs,
        )
        if record:
            self.runs.append(run_of(checklist, seen_now(live), now))
        return checklist


def entry(checklist: Checklist, item_id: str) -> Entry:
    return next(one for one in checklist.entries if one.item.id == item_id)


def of(checklist: Checklist, stem: str) -> list[Entry]:
    return [one for one in checklist.entries if one.item.id.startswith(f"{stem}/")]


@dataclass
class Told:
    busy: Checklist
    silent: Checklist
    denied: Checklist
    gone: Checklist
    apis_after: frozenset[str]
    story: Story


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    with fake_aws(page_size=100) as aws:
        story = Story(aws, chat(aws), scan_application(CHAT))
        aws.clock.advance(days=100)
        aws.traffic.visit(story.built.api, story.built.stage, times=40)
        aws.clock.advance(hours=2)
        busy = story.look()
        aws.clock.advance(days=70)
        silent = story.look()
        aws.fail("lambda:ListFunctions", denied())
        refused = story.look(record=False)
        aws.heal()
        _remove(story.built)
        aws.clock.advance(days=1)
        gone = story.look()
        estate = survey([AccountAccess(aws.session())], [REGION], window=timedelta(days=14), now=aws.clock.now())
        matching = match(story.inventory, estate)
        after = going(estate, story.inventory, matching, SETTINGS, Past(tuple(story.runs)))
        yield Told(busy, silent, refused, gone, after, story)


def _remove(built: Chat) -> None:
    make = built.builder
    with make.aws.quiet():
        gateway, functions = make.client("apigatewayv2"), make.client("lambda")
        gateway.delete_api_mapping(DomainName=built.domain, ApiMappingId=built.mapping)
        gateway.delete_domain_name(DomainName=built.domain)
        gateway.delete_api(ApiId=built.api)
        for name in built.functions.values():
            functions.delete_function(FunctionName=name)
        make.client("cloudwatch").delete_alarms(AlarmNames=list(built.alarms))


def test_each_live_thing_that_goes_is_an_item(told: Told):
    titles = {one.item.title for one in of(told.busy, "INFRA-DELETE")}
    assert f"Delete the API tenant-chat-dev ({REGION})" in titles
    assert {f"Delete the function {name} ({REGION})" for name in told.story.built.functions.values()} <= titles
    assert f"Delete the table {told.story.built.table} ({REGION})" in titles
    assert {one.status for one in of(told.busy, "INFRA-DELETE")} == {"blocked"}


def test_traffic_refutes_idleness_and_silence_supports_it(told: Told):
    (busy,), (silent,) = of(told.busy, "INFRA-IDLE-STAGE"), of(told.silent, "INFRA-IDLE-STAGE")
    assert busy.evidence.verdict == "refutes"
    assert (silent.status, silent.evidence.verdict) == ("done", "supports"), silent.evidence.summary
    assert silent.evidence.control
    assert entry(told.silent, "INFRA-IDLE").evidence.verdict == "supports"


def test_what_is_declared_is_live_and_priced(told: Told):
    assert entry(told.busy, "INFRA-MATCH").evidence.verdict == "supports"
    assert entry(told.busy, "OPS-COST-BASELINE").evidence.verdict == "supports"
    assert told.story.runs[0].usd_month > 0


def test_refused_access_hides_the_functions_and_closes_nothing(told: Told):
    evidence = entry(told.denied, "INFRA-REMOVE-FUNCTIONS").evidence
    assert evidence.verdict == "error"
    assert "lambda:ListFunctions" in evidence.summary
    functions = [one for one in of(told.denied, "INFRA-DELETE") if one.item.id.startswith("INFRA-DELETE/lambda/")]
    assert len(functions) == len(told.story.built.functions)
    assert {one.status for one in functions} == {"unknown"}
    assert any("lambda:ListFunctions" in gap for gap in told.denied.survey.gaps)


def test_what_is_gone_is_done_and_what_is_left_is_not(told: Told):
    found = {one.item.title: one for one in of(told.gone, "INFRA-DELETE")}
    assert len(found) == len(of(told.silent, "INFRA-DELETE"))
    for name in told.story.built.functions.values():
        assert found[f"Delete the function {name} ({REGION})"].status == "done"
    api = next(one for one in found.values() if one.item.title.startswith("Delete the API"))
    assert (api.status, bool(api.evidence.control)) == ("done", True)
    assert found[f"Delete the table {told.story.built.table} ({REGION})"].evidence.verdict == "refutes"
    assert entry(told.gone, "INFRA-REMOVE-FUNCTIONS").evidence.verdict == "supports"
    assert entry(told.gone, "INFRA-REMOVE-TABLES").evidence.verdict == "refutes"
    orphans = entry(told.gone, "INFRA-ORPHANS").evidence
    assert orphans.verdict == "refutes", orphans.summary


def test_files_that_still_declare_the_api_keep_its_item_open(told: Told):
    evidence = entry(told.gone, "INFRA-REMOVE-API").evidence
    assert evidence.verdict == "refutes"
    assert "1 WebSocket API left" in evidence.summary


def test_others_apis_do_not_become_ours_when_ours_is_gone(told: Told):
    assert told.apis_after == frozenset()


def test_every_thing_names_the_permissions_that_its_proof_needs(told: Told):
    api = next(one for one in of(told.busy, "INFRA-DELETE") if "/apis/" in one.item.id)
    assert {"apigateway:GET", "lambda:ListFunctions"} <= set(api.item.permissions)


def test_probes_look_where_the_survey_asks():
    once = {operation for one in COLLECTORS if one.reach == "account" for operation in one.operations}
    everywhere = {operation for one in COLLECTORS if one.reach == "region" for operation in one.operations}
    assert once - everywhere == ONCE
    assert once & everywhere == ALSO_ONCE
