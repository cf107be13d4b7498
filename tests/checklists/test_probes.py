from datetime import date
from typing import Any

import pytest

from checklists.catalogue.items import items
from checklists.evidence import Evidence
from checklists.facts import Facts, measure
from checklists.probes import examine
from checklists.verify_report import parse
from migrator.inventory.model import FileCounts, Inventory, Problem, Resource
from migrator.inventory.record import Location


@pytest.fixture
def ask(inventory):
    """Evidence for one item: of the sample application, or of `now` with the sample as its beginning."""

    def asked(
        item_id: str, now: Inventory = inventory, report: dict[str, Any] | None = None, *, stale=False, first=inventory
    ) -> Evidence:
        facts = Facts(now, parse(report) if report else None, "", stale, measure(first), date(2026, 9, 1))
        item = next(item for item in items(inventory) if item.id == item_id)
        evidence = examine(item, facts)
        assert evidence is not None
        return evidence

    return asked


def _resource(id_: str, type_: str, use: str = "websocket_only", **properties: str) -> Resource:
    where = Location(path="serverless.yml", line=7)
    return Resource(id=id_, type=type_, use=use, reason="why", properties=properties, location=where)


MEASURED_BY_ABSENCE = [
    "DEV-UPDATE-CLIENTS",
    "DEV-REMOVE-RECONNECT",
    "DEV-UPDATE-TESTS",
    "INFRA-REMOVE-API",
    "INFRA-CLEAN-UP",
]
NEEDS_A_REPORT = ["DEV-REPLACE-SSE", "DEV-MOVE-ROUTE/ChatApi/chat", "DEV-ERROR-HANDLING"]


@pytest.mark.parametrize("item_id", MEASURED_BY_ABSENCE)
def test_finding_nothing_proves_nothing_where_nothing_was_ever_found(ask, migrated, item_id):
    assert ask(item_id, migrated, first=migrated).verdict == "no_data"


@pytest.mark.parametrize("item_id", MEASURED_BY_ABSENCE)
@pytest.mark.parametrize("files", [FileCounts(), FileCounts(seen=3, read=2, failed=1)])
def test_finding_nothing_proves_nothing_where_files_were_not_read(ask, migrated, item_id, files):
    assert ask(item_id, migrated.model_copy(update={"files": files})).verdict == "no_data"


@pytest.mark.parametrize("item_id", MEASURED_BY_ABSENCE)
def test_what_is_left_refutes_and_what_is_gone_supports(ask, migrated, item_id):
    left = ask(item_id)
    assert left.verdict == "refutes"
    assert left.locations
    assert ask(item_id, migrated).verdict == "supports"


@pytest.mark.parametrize("item_id", NEEDS_A_REPORT)
def test_without_a_report_there_is_no_data_and_an_old_one_is_stale(ask, passed, item_id):
    assert ask(item_id).verdict == "no_data"
    assert ask(item_id, report=passed, stale=True).verdict == "stale"


@pytest.mark.parametrize(
    "item_id", ["INFRA-COST", "OPS-DASHBOARDS", "OPS-ALARMS", "INFRA-LOG-RETENTION", "INFRA-PLAN-FUNCTIONS"]
)
def test_what_the_files_do_not_say_is_no_data(ask, item_id):
    assert ask(item_id).verdict == "no_data"


def test_progress_counts_from_the_start(ask, inventory):
    three = inventory.model_copy(update={"clients": inventory.clients * 3})
    evidence = ask("DEV-UPDATE-CLIENTS", first=three)
    assert evidence.summary == "1 WebSocket client left of 3."
    assert (evidence.progress.done, evidence.progress.total) == (2, 3)


def test_clients_without_reconnect_logic_are_proof_in_themselves(ask, inventory):
    plain = inventory.model_copy(update={"clients": (inventory.clients[0].model_copy(update={"reconnect": None}),)})
    assert ask("DEV-REMOVE-RECONNECT", plain, first=plain).summary == "1 client read; none reconnects by hand."


def test_a_serious_problem_or_an_unread_file_refutes_that_all_code_is_found(ask, inventory):
    problem = Problem(location=Location(path="serverless.yml"), message="${file(x)} is missing", serious=True)
    serious = ask("DEV-FIND-CODE", inventory.model_copy(update={"problems": (problem,)}))
    assert (serious.verdict, serious.locations[0].note) == ("refutes", "${file(x)} is missing")
    unread = inventory.model_copy(update={"files": FileCounts(seen=3, read=2, failed=1)})
    assert ask("DEV-FIND-CODE", unread).verdict == "refutes"


def test_code_is_found_when_sites_are_listed_and_nothing_is_unclear(ask, migrated):
    assert ask("DEV-FIND-CODE").verdict == "supports"
    assert ask("DEV-FIND-CODE", migrated).verdict == "supports"
    assert ask("DEV-FIND-CODE", migrated, first=migrated).verdict == "no_data"


def test_the_ratchet_only_lets_sites_fall(ask, inventory, migrated):
    assert ask("DEV-STOP-NEW").verdict == "supports"
    assert ask("DEV-STOP-NEW", migrated).verdict == "supports"
    assert ask("DEV-STOP-NEW", migrated, first=migrated).verdict == "no_data"
    more = inventory.model_copy(update={"tests": inventory.tests * 3})
    assert ask("DEV-STOP-NEW", more).summary == "13 sites today, 11 at the start: 2 more."


def test_pass_on_every_route_supports_the_replacement(ask, passed):
    evidence = ask("DEV-REPLACE-SSE", report=passed)
    assert evidence.verdict == "supports"
    assert evidence.summary == (
        "Verify says PASS on every route (4 routes, 40 sessions, 2026-09-20T10:00:00Z). "
        "6 sites of the old server code still stand; they go in the phase teardown."
    )


def test_pass_that_left_a_route_out_is_no_data(ask, passed):
    del passed["routes"]["agent_run"]
    evidence = ask("DEV-REPLACE-SSE", report=passed)
    assert evidence.verdict == "no_data"
    assert evidence.summary == "Verify says PASS, but proved nothing about agent_run: add sessions for it."
    assert ask("DEV-MOVE-ROUTE/ChatApi/agent_run", report=passed).verdict == "no_data"


def test_pass_without_a_session_is_no_data(ask, passed):
    assert ask("DEV-REPLACE-SSE", report={**passed, "sessions": 0}).verdict == "no_data"


def test_fail_refutes_with_its_classes_and_each_route_stands_for_itself(ask, failed):
    evidence = ask("DEV-REPLACE-SSE", report=failed)
    assert (evidence.verdict, evidence.summary) == ("refutes", "Verify says FAIL: 2 missing.")
    assert (evidence.progress.done, evidence.progress.total) == (1, 4)
    assert ask("DEV-MOVE-ROUTE/ChatApi/chat", report=failed).verdict == "supports"
    assert (
        ask("DEV-MOVE-ROUTE/ChatApi/agent_run", report=failed).summary
        == "Verify says FAIL for agent_run: 2 differences."
    )


def test_connecting_and_closing_are_proved_by_a_pass_of_the_whole_and_by_nothing_less(ask, passed, failed):
    assert ask("DEV-MOVE-ROUTE/ChatApi/$connect", report=passed).verdict == "supports"
    assert ask("DEV-MOVE-ROUTE/ChatApi/$connect", report=failed).verdict == "no_data"


def test_inconclusive_is_no_data_with_its_reasons(ask, passed):
    report = {**passed, "verdict": "INCONCLUSIVE", "reasons": ["too few sessions"]}
    evidence = ask("DEV-REPLACE-SSE", report=report)
    assert (evidence.verdict, evidence.summary) == ("no_data", "Verify is inconclusive: too few sessions.")


def test_a_route_that_verify_could_not_decide_is_no_data(ask, passed):
    passed["routes"]["chat"]["verdict"] = "INCONCLUSIVE"
    assert ask("DEV-MOVE-ROUTE/ChatApi/chat", report=passed).summary == "Verify is inconclusive about chat."
    assert ask("DEV-REPLACE-SSE", report=passed).verdict == "no_data"


def test_pass_over_routes_that_the_scan_does_not_know_is_no_data(ask, inventory, passed):
    evidence = ask("DEV-REPLACE-SSE", inventory.model_copy(update={"apis": ()}), passed)
    assert (evidence.verdict, evidence.summary) == (
        "no_data",
        "The scan knows no route that a PASS would have to cover.",
    )


def test_a_route_key_that_two_apis_share_is_no_data(ask, inventory, passed):
    twin = inventory.apis[0].model_copy(update={"id": "Other", "name": "other"})
    both = inventory.model_copy(update={"apis": (*inventory.apis, twin)})
    evidence = ask("DEV-MOVE-ROUTE/ChatApi/chat", both, passed)
    assert evidence.verdict == "no_data"
    assert evidence.summary == "chat and other both have a route chat; the report does not say which one it means."
    assert ask("DEV-REPLACE-SSE", both, passed).verdict == "no_data"


def test_removed_server_code_makes_an_old_pass_enough_but_never_an_old_fail(ask, migrated, passed, failed):
    assert ask("DEV-REPLACE-SSE", migrated, passed, stale=True).verdict == "supports"
    assert ask("DEV-REPLACE-SSE", migrated, failed, stale=True).verdict == "stale"
    assert ask("DEV-REPLACE-SSE", migrated).verdict == "no_data"


def test_errors_that_look_different_refute_the_review_and_none_is_not_a_yes(ask, passed, failed):
    assert ask("DEV-ERROR-HANDLING", report=passed).verdict == "no_data"
    shaped = {**failed, "differences": [{"class": "error_shape"}]}
    evidence = ask("DEV-ERROR-HANDLING", report=shaped)
    assert evidence.verdict == "refutes"
    assert [pointer.note for pointer in evidence.locations] == ["catches every error, so that others are hidden"]


def test_a_plan_has_what_it_needs_when_each_resource_is_decided(ask, inventory):
    api = ask("INFRA-PLAN-API")
    assert (api.verdict, api.summary) == (
        "supports",
        "1 API Gateway WebSocket resource: 1 only for WebSocket, can be deleted.",
    )
    table = ask("INFRA-PLAN-TABLE")
    assert table.summary == "1 connection table: 1 shared, to be edited, not deleted."
    undecided = inventory.model_copy(update={"resources": (_resource("F", "AWS::Lambda::Function", "unknown"),)})
    assert ask("INFRA-PLAN-FUNCTIONS", undecided).verdict == "no_data"


def test_a_connection_table_that_no_file_declares_is_pointed_at(ask, inventory):
    evidence = ask("INFRA-PLAN-TABLE", inventory.model_copy(update={"resources": ()}))
    assert evidence.verdict == "no_data"
    assert evidence.locations[0].note == "Connections: declared in no file that the scan read"


def test_shared_resources_are_left_for_a_person_after_the_clean_up(ask, migrated):
    shared = migrated.model_copy(update={"resources": (_resource("T", "AWS::DynamoDB::Table", "shared"),)})
    evidence = ask("INFRA-CLEAN-UP", shared)
    assert (evidence.verdict, len(evidence.locations)) == ("no_data", 1)


def test_log_retention_is_supported_only_when_it_is_known_for_every_group(ask, inventory):
    kept = _resource("A", "AWS::Logs::LogGroup", RetentionInDays="30")
    open_group = _resource("B", "AWS::Logs::LogGroup")
    unrelated = _resource("C", "AWS::Logs::LogGroup", "unrelated")
    known = inventory.model_copy(update={"resources": (kept, unrelated)})
    assert ask("INFRA-LOG-RETENTION", known).verdict == "supports"
    mixed = inventory.model_copy(update={"resources": (kept, open_group)})
    assert ask("INFRA-LOG-RETENTION", mixed).verdict == "no_data"
    framework = inventory.model_copy(update={"resources": (_resource("P", "provider", logRetentionInDays="3"),)})
    assert ask("INFRA-LOG-RETENTION", framework).verdict == "supports"


def test_alarms_and_dashboards_are_listed_but_never_judged(ask, inventory):
    found = (_resource("Errors", "AWS::CloudWatch::Alarm"), _resource("Board", "AWS::CloudWatch::Dashboard"))
    watched = inventory.model_copy(update={"resources": found})
    for item_id in ("OPS-ALARMS", "OPS-DASHBOARDS"):
        evidence = ask(item_id, watched)
        assert (evidence.verdict, len(evidence.locations)) == ("no_data", 1)


def test_what_supports_carries_the_fact_that_it_stands_on(ask, migrated, passed):
    (gone,) = ask("DEV-UPDATE-CLIENTS", migrated).facts
    assert (gone.id, gone.source, gone.subject, gone.value) == ("code.left", "code", "WebSocket client", 0)
    (declared,) = ask("INFRA-REMOVE-API", migrated).facts
    assert (declared.id, declared.source) == ("infrastructure.left", "infrastructure")
    (route,) = ask("DEV-MOVE-ROUTE/ChatApi/chat", report=passed).facts
    assert (route.source, route.subject, route.value, f"{route.observed_at:%Y-%m-%d %H}") == (
        "report",
        "chat",
        "PASS",
        "2026-09-20 10",
    )


def test_handlers_and_sends_are_replaced_when_their_routes_pass(ask, migrated, passed):
    assert ask("DEV-REPLACE-HANDLERS").verdict == "no_data"
    assert ask("DEV-REPLACE-HANDLERS", report=passed).verdict == "supports"
    assert ask("DEV-REPLACE-HANDLERS", report=passed, stale=True).verdict == "stale"
    failing = {**passed, "verdict": "FAIL", "routes": {"chat": {"verdict": "FAIL"}}}
    failed = ask("DEV-REPLACE-HANDLERS", report=failing)
    assert (failed.verdict, failed.progress.total) == ("refutes", 4)
    assert ask("DEV-REPLACE-HANDLERS", migrated).verdict == "supports"


def test_a_send_that_no_route_leads_to_is_not_shown_to_be_replaced(ask, inventory, passed):
    """As in a function that runs on a stream: no session goes through it."""
    evidence = ask("DEV-REPLACE-SENDS", report=passed)
    assert evidence.verdict == "no_data"
    assert evidence.locations[0].note.endswith("no route leads to it")
    push = inventory.pushes[0].model_copy(update={"routes": ("chat",)})
    routed = inventory.model_copy(update={"pushes": (push,)})
    assert ask("DEV-REPLACE-SENDS", routed, passed).verdict == "supports"


def test_handlers_that_no_route_runs_are_no_proof_that_none_is_left(ask, inventory):
    lone = tuple(handler.model_copy(update={"triggers": ()}) for handler in inventory.handlers)
    only = inventory.model_copy(update={"handlers": lone})
    assert ask("DEV-REPLACE-HANDLERS", only, first=only).verdict == "no_data"


def test_an_address_in_a_variable_is_left_though_no_client_is(ask, migrated):
    held = migrated.model_copy(update={"environment": {"SOCKET": "wss://x", "OTHER": "https://x"}})
    evidence = ask("DEV-NO-WSS", held)
    assert (evidence.verdict, evidence.summary) == (
        "refutes",
        "Variables of functions hold a WebSocket address: SOCKET.",
    )
    assert ask("DEV-NO-WSS", migrated).verdict == "supports"


def test_the_ratchet_counts_only_when_its_file_is_there(ask):
    assert ask("DEV-RATCHET").verdict == "no_data"
