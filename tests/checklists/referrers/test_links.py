"""Each kind of link, where the shared cases do not show it already."""

from __future__ import annotations

from typing import Any

import pytest

from checklists.aws import types
from checklists.referrers.links import links
from migrator.inventory.model import Client, Inventory
from migrator.inventory.record import Location
from tests.checklists.referrers.board import (
    ACCOUNT,
    API,
    API_ID,
    REGION,
    Board,
    alarm_arn,
    chat,
    function_arn,
    role_arn,
    scan,
    table_arn,
)

SAY = function_arn("say")
HOST = f"{API_ID}.execute-api.{REGION}.amazonaws.com"
EXECUTE = f"arn:aws:execute-api:{REGION}:{ACCOUNT}"


def _of(board: Board, kind: str, **more: Any) -> set[tuple[str, str, bool]]:
    """(user, used, mention) of the uses of a kind."""
    return {(one.user, one.used, one.mention) for one in links(board.estate(), **more) if one.kind == kind}


@pytest.mark.parametrize(
    ("source", "principal"),
    [
        (f"{EXECUTE}:zzzzzzzzzz/*", "apigateway.amazonaws.com"),
        (f"{EXECUTE}:*/*", "apigateway.amazonaws.com"),
        (f"arn:aws:events:{REGION}:{ACCOUNT}:rule/gone", "events.amazonaws.com"),
        (f"arn:aws:events:{REGION}:{ACCOUNT}:rule/*", "events.amazonaws.com"),
        (f"arn:aws:sns:{REGION}:{ACCOUNT}:gone", "sns.amazonaws.com"),
    ],
)
def test_a_permission_for_what_is_gone_or_for_anything_that_is_told_elsewhere_makes_no_user(
    source: str, principal: str
) -> None:
    board = chat()
    before = board.uses()
    board.permits(SAY, source, principal=principal)
    assert board.uses() == before


@pytest.mark.parametrize(
    ("source", "principal", "user"),
    [
        (f"{EXECUTE}:{API_ID}/prod/$connect", "apigateway.amazonaws.com", API),
        ("arn:aws:execute-api:us-east-1:123456789012:zzzzzzzzzz/*", "apigateway.amazonaws.com", None),
        (f"arn:aws:execute-api:{REGION}:*:*/*", "apigateway.amazonaws.com", None),
        ("arn:aws:s3:::uploads", "s3.amazonaws.com", None),
        ("arn:aws:s3:::up*", "s3.amazonaws.com", None),
        (f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/x:*", "logs.amazonaws.com", None),
        (f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/p", "cognito-idp.amazonaws.com", None),
        ("*", "apigateway.amazonaws.com", None),
    ],
)
def test_a_permission_makes_a_user_of_its_source(source: str, principal: str, user: str | None) -> None:
    board = Board()
    board.api()
    say = board.function("say")
    board.permits(say, source, principal=principal)
    assert (user or source, say, False) in _of(board, "invoke_permission")


def test_a_permission_without_a_source_makes_a_user_of_services_that_nothing_else_tells_of() -> None:
    board = Board()
    say = board.function("say")
    for principal in ("apigateway.amazonaws.com", "alexa-appkit.amazon.com"):
        board.permits(say, None, principal=principal)
    assert _of(board, "invoke_permission") == {
        ("apigateway.amazonaws.com", say, True),
        ("alexa-appkit.amazon.com", say, False),
    }


def test_the_policy_of_an_alias_counts() -> None:
    board = Board()
    say = board.function("say")
    statement = {"Sid": "x", "Effect": "Allow", "Action": "lambda:*", "Principal": {"AWS": "999999999999"}}
    board.thing(f"{say}:live", types.FUNCTION_ALIAS, "say:live", Policy={"Statement": statement})
    assert _of(board, "invoke_permission") == {("999999999999", say, False)}
    assert _of(board, "alias") == {(f"{say}:live", say, True)}


def test_an_alias_whose_policy_is_not_known_leaves_its_function_undecided() -> None:
    board = chat()
    alias = board.thing(f"{SAY}:live", types.FUNCTION_ALIAS, "say:live")
    assert board.fates()[SAY].missing == ("lambda:GetPolicy of say:live",)
    board.with_properties(alias, Policy=None)
    assert {board.fates()[one].verdict for one in (SAY, alias)} == {"delete"}


@pytest.mark.parametrize("policy", ["", "no json", {}, []])
def test_a_policy_that_cannot_be_read_leaves_its_function_undecided(policy: Any) -> None:
    board = chat()
    board.with_properties(SAY, Policy=policy)
    assert board.fates()[SAY].verdict == "unknown"


def test_a_role_whose_trust_cannot_be_read_or_that_is_used_elsewhere_is_undecided() -> None:
    board = chat()
    board.with_properties(role_arn("chat"), AssumeRolePolicyDocument="no json")
    assert board.fates()[role_arn("chat")].missing == ("whom role chat trusts",)
    board = chat()
    board.with_properties(role_arn("chat"), RoleLastUsed={"Region": "us-east-1"})
    assert board.fates()[role_arn("chat")].missing == ("who used role chat in us-east-1",)


_LAMBDA = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions"
_FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function"


@pytest.mark.parametrize(
    ("address", "type_", "certain"),
    [
        (f"{_LAMBDA}/{_FUNCTION}:say:${{stageVariables.alias}}/invocations", "AWS_PROXY", True),
        (f"{_LAMBDA}/{_FUNCTION}:say:live/invocations", "AWS_PROXY", True),
        (f"{_FUNCTION}:say", "AWS_PROXY", True),
        (f"{_LAMBDA}/{_FUNCTION}:sa${{stageVariables.end}}/invocations", "AWS_PROXY", False),
        (f"{_LAMBDA}/${{stageVariables.function}}/invocations", "AWS_PROXY", False),
        ("${stageVariables.address}", "AWS_PROXY", False),
        ("${stageVariables.address}", "HTTP_PROXY", None),
        ("https://example.com/${stageVariables.path}", "HTTP_PROXY", None),
        (f"{_LAMBDA}/{_FUNCTION}:other${{stageVariables.end}}/invocations", "AWS_PROXY", None),
    ],
)
def test_an_address_with_a_variable_names_a_function_or_may_mean_it(
    address: str, type_: str, certain: bool | None
) -> None:
    board = Board()
    say = board.function("say")
    board.thing(f"{board.api()}/integrations/i", types.INTEGRATION, "i", IntegrationUri=address, IntegrationType=type_)
    found = [one.certain for one in links(board.estate()) if one.used == say and one.kind == "integration"]
    assert found == ([] if certain is None else [certain])


def _domain(board: Board, name: str = "ws.example.com") -> str:
    arn = f"arn:aws:apigateway:{REGION}::/domainnames/{name}"
    target = f"d-{len(name)}.execute-api.{REGION}.amazonaws.com"
    certificate = board.thing(
        f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/c", types.CERTIFICATE, "c", name=name, InUseBy=[arn]
    )
    configured = [{"ApiGatewayDomainName": target, "CertificateArn": certificate}]
    board.thing(arn, types.DOMAIN, name, DomainNameConfigurations=configured)
    board.thing(f"{arn}/apimappings/m", types.MAPPING, "m", ApiId=API_ID, Stage="prod", ApiMappingKey="v1")
    return arn


def _record(board: Board, name: str, **properties: Any) -> str:
    arn = f"arn:aws:route53:::hostedzone/Z/recordset/{name}/A"
    return board.thing(arn, types.RECORD, name, region="global", **{"Type": "A", **properties})


def test_who_names_the_domain_uses_the_api_behind_it() -> None:
    board = chat()
    domain = _domain(board)
    board.names(board.function("notify"), domain)
    assert (function_arn("notify"), API, False) in _of(board, "environment")
    assert board.fates()[API].verdict == "keep"


def test_records_lead_to_domains_by_alias_by_name_and_through_each_other() -> None:
    board = chat()
    domain = _domain(board)
    own = _record(board, "ws.example.com", AliasTarget={"DNSName": "D-14.execute-api.eu-central-1.amazonaws.com."})
    other = _record(board, "old.example.com", Type="CNAME", ResourceRecords=[{"Value": "ws.example.com"}])
    direct = _record(board, "direct.example.com", Type="CNAME", ResourceRecords=[{"Value": HOST}])
    chained = _record(board, "chained.example.com", Type="CNAME", ResourceRecords=[{"Value": "direct.example.com."}])
    elsewhere = _record(board, "www.example.com", Type="CNAME", ResourceRecords=[{"Value": "example.net"}])
    found = {(user, used) for user, used, _ in _of(board, "dns")}
    assert {(own, domain), (other, domain), (direct, API), (chained, direct)} <= found
    judged = board.fates()
    assert {judged[one].verdict for one in (own, other, direct, chained, domain)} == {"delete"}
    assert elsewhere not in judged


def test_a_record_that_leads_elsewhere_too_is_edited_by_a_person() -> None:
    board = chat()
    record = _record(board, "ws.example.com", Type="CNAME", ResourceRecords=[{"Value": HOST}, {"Value": "example.net"}])
    fate = board.fates()[record]
    assert (fate.verdict, fate.changes[0].operation) == ("edit", "")
    assert HOST in fate.changes[0].words


def test_a_certificate_that_something_else_has_stays() -> None:
    board = chat()
    _domain(board)
    certificate = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/c"
    assert board.fates()[certificate].verdict == "delete"
    balancer = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/web/1"
    in_use = board.things[certificate].properties["InUseBy"]
    board.with_properties(certificate, InUseBy=[*in_use, balancer])  # type: ignore[misc]
    assert board.fates()[certificate].verdict == "keep"
    board.with_properties(certificate, InUseBy=None)
    del board.things[certificate].properties["InUseBy"]
    assert board.fates()[certificate].verdict == "unknown"


def test_a_distribution_is_edited_by_a_person_whatever_it_leads_to() -> None:
    board = chat()
    acl = board.thing(f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/a/1", types.WEB_ACL, "a", region="global")
    arn = f"arn:aws:cloudfront::{ACCOUNT}:distribution/D"
    origins = [{"DomainName": HOST}, {"DomainName": "site.s3.amazonaws.com"}]
    board.thing(arn, types.DISTRIBUTION, "D", region="global", Origins=origins, WebACLId=acl)
    fate = board.fates()[arn]
    assert (fate.verdict, [one.operation for one in fate.changes]) == ("edit", [""])
    assert "its other origins stay" in fate.changes[0].words
    assert acl not in board.fates()
    board.with_properties(arn, Origins={"Quantity": 1, "Items": origins[:1]})
    assert "disable it" in board.fates()[arn].changes[0].words


def test_a_parameter_is_edited_by_a_person() -> None:
    board = chat()
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/ws"
    board.thing(arn, types.PARAMETER, "/ws", Mentions=[{"variable": "value", "of": API}])
    fate = board.fates()[arn]
    assert (fate.verdict, fate.changes[0].operation) == ("edit", "")


def test_a_function_that_is_only_named_in_a_variable_is_not_led_to() -> None:
    board = chat()
    board.names(SAY, board.function("prod"))
    assert function_arn("prod") not in board.fates()


def test_a_function_that_the_application_may_call_and_nobody_else_goes_with_it() -> None:
    board = chat()
    worker = board.function("worker")
    board.role("chat", {"Action": "lambda:InvokeFunction", "Resource": worker})
    board.names(SAY, worker)
    assert board.fates()[worker].verdict == "delete"
    board.rule("nightly", worker)
    assert board.fates()[worker].verdict == "keep"


def test_a_consumer_of_the_tables_stream_goes_with_the_table() -> None:
    board = chat()
    consumer = board.function("consumer")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:u"
    source = f"{table_arn('connections')}/stream/2026-01-01T00:00:00.000"
    board.thing(arn, types.EVENT_SOURCE, "u", EventSourceArn=source, FunctionArn=consumer, State="Enabled")
    found = board.fates()
    assert {found[one].verdict for one in (consumer, arn, table_arn("connections"))} == {"delete"}
    assert (table_arn("connections"), consumer, False) in _of(board, "stream")


def test_an_alarm_on_what_a_metric_filter_counts_is_about_the_log_group() -> None:
    board = chat()
    made = [{"metricNamespace": "Chat", "metricName": "Refused"}]
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/say"
    board.with_properties(group, MetricFilters=[{"filterName": "f", "metricTransformations": made}])
    board.alarm("refused", "Chat", "Refused")
    board.alarm("other", "Chat", "Other")
    assert (alarm_arn("refused"), group, True) in _of(board, "alarm")
    found = board.fates()
    assert found[alarm_arn("refused")].verdict == "delete"
    assert alarm_arn("other") not in found


def test_the_alarm_that_another_is_suppressed_by_stays() -> None:
    board = chat()
    board.alarm("orders", "AWS/SQS", "Depth", QueueName="orders")
    board.composite("all", "ALARM(orders)")
    board.with_properties(alarm_arn("all"), ActionsSuppressor=alarm_arn("say-errors"))
    assert board.fates()[alarm_arn("say-errors")].verdict == "keep"


def test_access_logs_that_two_apis_write_stay() -> None:
    board = chat()
    group = board.log_group("/access")
    for api in (API, board.api("other12345")):
        settings = {"DestinationArn": f"{group}:*", "Format": "$context.requestId"}
        board.thing(f"{api}/stages/prod", types.STAGE, "prod", AccessLogSettings=settings)
    assert board.fates()[group].verdict == "keep"


def test_exports_that_others_import() -> None:
    board = Board()
    stacks = [
        board.thing(f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/1", types.STACK, name, ImportedBy=imported)
        for name, imported in (("chat", {"table": ["web", "gone"]}), ("web", {}))
    ]
    assert _of(board, "stack_export") == {(stacks[1], stacks[0], False), ("stack:gone", stacks[0], False)}


def test_code_that_names_the_address_is_told_with_its_place() -> None:
    board = chat()
    domain = _domain(board)
    clients = [
        Client(location=Location(path=f"web/{at}.js", line=7), language="javascript", library="WebSocket", url=url)
        for at, url in enumerate([f"wss://{HOST}/prod", "`wss://ws.example.com/${stage}`", "address", None])
    ]
    inventory: Inventory = scan().model_copy(
        update={"clients": tuple(clients), "environment": {"URL": f"https://{HOST}"}}
    )
    assert _of(board, "code", inventory=inventory) == {
        ("code:web/0.js:7", API, True),
        ("code:web/1.js:7", domain, True),
        ("code:handlers.py:1", API, True),
    }
    assert board.fates(inventory=inventory)[API].verdict == "delete"


def test_shapes_that_are_not_what_they_should_be_are_passed_over() -> None:
    board = chat()
    odd: list[Any] = [None, 7, "x", [], {}, [None], [{"x": 1}], {"Statement": "x"}, [["x"]]]
    keys = [
        "Policy",
        "Policies",
        "Mentions",
        "FunctionArns",
        "Targets",
        "Target",
        "Subscriptions",
        "Replicas",
        "DomainNameConfigurations",
        "Origins",
        "Metrics",
        "Dimensions",
        "AlarmRule",
        "Body",
        "MetricFilters",
        "SubscriptionFilters",
        "AssumeRolePolicyDocument",
        "AttachedPolicies",
        "Resources",
        "ImportedBy",
        "AliasTarget",
        "ResourceRecords",
        "InUseBy",
        "AccessLogSettings",
        "IntegrationUri",
        "RouteKey",
        "Document",
    ]
    known = [one for name, one in vars(types).items() if name.isupper() and str(one).startswith("AWS::")]
    for at, type_ in enumerate(known):
        for each, value in enumerate(odd):
            board.thing(f"arn:odd:{at}:{each}", type_, f"o{at}-{each}", **dict.fromkeys(keys, value))
    before = {arn: fate.verdict for arn, fate in chat().fates().items()}
    assert {arn: fate.verdict for arn, fate in board.fates().items() if arn in before} == before
