"""What the survey keeps of each kind of thing."""

from __future__ import annotations

import json

import pytest

from checklists.aws import types
from checklists.aws.estate import Estate, Thing
from tests.checklists.aws.answers import ACCOUNT, REGION, Refusal
from tests.checklists.aws.stand import (
    CERTIFICATE,
    CHAT,
    HANDLER,
    HTTP,
    MADE,
    PAYROLL,
    ROLE,
    STACK,
    TABLE,
    account,
    arn,
    function,
    function_arn,
    look,
)


@pytest.fixture(scope="module")
def estate() -> Estate:
    return look(account())


def of(estate: Estate, of_arn: str) -> Thing:
    found = estate.thing(of_arn)
    assert found is not None, of_arn
    return found


def test_all_of_it_is_known(estate):
    assert not estate.gaps
    assert {one.type for one in estate.things} == {
        value for name, value in vars(types).items() if name.isupper() and name != "GLOBAL_REGION"
    }
    (told,) = estate.accounts
    assert (told.id, told.alias, told.partition, told.profile) == (ACCOUNT, "acme-prod", "aws", "profile test")


class TestLeavesAlone:
    def test_functions_that_have_nothing_to_do_with_a_websocket_api_are_not_asked_about(self, estate):
        assert "Policy" not in of(estate, PAYROLL).properties
        assert "SubscriptionFilters" not in of(estate, arn("logs", "log-group:/aws/lambda/payroll")).properties

    def test_http_apis_have_no_more_than_tells_whom_they_call(self, estate):
        kinds = {one.type for one in estate.things if one.arn.startswith(f"{HTTP}/")}
        assert kinds == {types.INTEGRATION, types.AUTHORIZER}

    def test_records_that_lead_nowhere_are_not_kept(self, estate):
        (record,) = estate.of_type(types.RECORD)
        assert record.arn == "arn:aws:route53:::hostedzone/Z1/recordset/chat.example.com./A"
        assert record.properties["AliasTarget"] == {"DNSName": "d-1.execute-api.eu-west-1.amazonaws.com."}


class TestApis:
    def test_an_api_with_what_is_under_it(self, estate):
        api = of(estate, CHAT)
        assert (api.id, api.name, api.created_at) == ("chat123456", "chat", MADE.replace(microsecond=0))
        assert estate.websocket_apis() == (api,)
        under = {one.arn.removeprefix(CHAT) for one in estate.things if one.arn.startswith(f"{CHAT}/")}
        assert under == {
            "/authorizers/auth1",
            "/deployments/d1",
            "/integrations/int1",
            "/models/m1",
            "/routes/route1",
            "/stages/prod",
        }

    def test_of_stage_variables_the_names(self, estate):
        assert of(estate, f"{CHAT}/stages/prod").properties["StageVariables"] == ["colour"]

    def test_a_mapping_tells_its_api_and_stage(self, estate):
        (mapping,) = estate.of_type(types.MAPPING)
        assert mapping.arn == f"arn:aws:apigateway:{REGION}::/domainnames/chat.example.com/apimappings/map1"
        assert mapping.properties == {"ApiId": "chat123456", "Stage": "prod"}

    def test_a_rest_api_tells_whom_it_calls(self, estate):
        (rest,) = estate.of_type(types.REST_API)
        assert rest.properties["FunctionArns"] == [HANDLER, PAYROLL]

    def test_a_rest_api_that_can_not_be_asked_does_not_call_nobody(self):
        denied = look(account(apigateway__GetResources=Refusal("AccessDeniedException")))
        assert "FunctionArns" not in next(denied.of_type(types.REST_API)).properties


class TestFunctions:
    def test_a_function_of_a_websocket_api_in_whole(self, estate):
        handler = of(estate, HANDLER)
        assert handler.properties["Policy"]["Statement"][0]["Effect"] == "Allow"
        assert handler.properties["ReservedConcurrentExecutions"] == 5
        assert handler.properties["EnvironmentNames"] == ["TABLE"]
        assert handler.properties["LogGroup"] == "/aws/lambda/chat-send"
        assert of(estate, f"{HANDLER}:live").properties["ProvisionedConcurrentExecutions"] == 2
        assert of(estate, f"{HANDLER}/url").properties["AuthType"] == "NONE"

    def test_a_function_without_a_policy_has_none_and_is_known_to(self):
        without = look(account(lambda__GetPolicy=Refusal("ResourceNotFoundException", status=404)))
        assert of(without, HANDLER).properties["Policy"] is None
        assert without.known(frozenset({"lambda:GetPolicy"}), ACCOUNT, REGION, HANDLER)

    def test_an_alias_whose_concurrency_may_not_be_read_is_not_one_without(self):
        denied = look(account(lambda__ListProvisionedConcurrencyConfigs=Refusal("AccessDeniedException")))
        assert "ProvisionedConcurrentExecutions" not in of(denied, f"{HANDLER}:live").properties
        none = look(account(lambda__ListProvisionedConcurrencyConfigs={"ProvisionedConcurrencyConfigs": []}))
        assert of(none, f"{HANDLER}:live").properties["ProvisionedConcurrentExecutions"] is None

    def test_a_function_whose_policy_may_not_be_read_is_not_one_without(self):
        denied = look(account(lambda__GetPolicy=Refusal("AccessDeniedException")))
        assert "Policy" not in of(denied, HANDLER).properties
        assert not denied.known(frozenset({"lambda:GetPolicy"}), ACCOUNT, REGION, HANDLER)

    @pytest.mark.parametrize(
        ("name", "changed"),
        [
            ("notify", {}),  # its environment names the API
            ("on-change", {}),  # wakes by the table that a handler names
            (
                "helper",
                {"lambda__ListFunctions": {"Functions": [function("chat-send", F="helper"), function("helper")]}},
            ),
            (
                "cron",
                {
                    "cloudformation__ListStackResources": {
                        "StackResourceSummaries": [
                            {"PhysicalResourceId": "chat123456", "ResourceType": types.API, "LogicalResourceId": "A"},
                            {"PhysicalResourceId": "cron", "ResourceType": types.FUNCTION, "LogicalResourceId": "C"},
                        ]
                    }
                },
            ),
            (
                "payroll",
                {
                    "iam__GetAccountAuthorizationDetails": {
                        "RoleDetailList": [
                            {
                                "Arn": ROLE,
                                "RoleName": "chat-send-role",
                                "RolePolicyList": [
                                    {
                                        "PolicyName": "push",
                                        "PolicyDocument": json.dumps({"Statement": [{"Action": "execute-api:*"}]}),
                                    }
                                ],
                            }
                        ]
                    }
                },
            ),
        ],
    )
    def test_functions_near_a_websocket_api_are_asked_about(self, name, changed):
        table = account()
        names = ("on-change", "cron")
        table["lambda:ListFunctions"] = {
            "Functions": [*table["lambda:ListFunctions"]["Functions"], *map(function, names)]
        }
        seen = look(table | {key.replace("__", ":"): value for key, value in changed.items()})
        assert "Policy" in of(seen, function_arn(name)).properties


class TestState:
    def test_a_table_with_what_protects_it(self, estate):
        table = of(estate, TABLE)
        assert table.properties["DeletionProtectionEnabled"] is False
        assert table.properties["TimeToLiveDescription"]["AttributeName"] == "ttl"
        assert table.properties["PointInTimeRecovery"] == {"PointInTimeRecoveryStatus": "ENABLED"}
        assert table.properties["Backups"] == [{"BackupArn": f"{TABLE}/backup/1"}]
        assert table.tags == {"team": "chat"}

    def test_a_log_group_that_is_kept_for_ever(self, estate):
        group = of(estate, arn("logs", "log-group:/aws/lambda/chat-send"))
        assert group.properties["retentionInDays"] is None
        assert group.properties["MetricFilters"] == [{"filterName": "errors"}]
        assert group.properties["SubscriptionFilters"] == [{"filterName": "ship", "destinationArn": PAYROLL}]
        assert group.properties["lastEventTimestamp"] == 1_756_700_000_000

    def test_a_log_group_without_an_event_has_none(self):
        empty = look(account(logs__DescribeLogStreams={"logStreams": []}))
        assert of(empty, arn("logs", "log-group:/aws/lambda/chat-send")).properties["lastEventTimestamp"] is None


class TestWatchers:
    def test_alarms_of_both_kinds(self, estate):
        assert [one.name for one in estate.of_type(types.ALARM)] == ["5xx"]
        assert next(estate.of_type(types.COMPOSITE_ALARM)).properties["AlarmRule"] == "ALARM(5xx)"

    def test_a_dashboard_is_read(self, estate):
        assert next(estate.of_type(types.DASHBOARD)).properties["Body"] == {"widgets": [{"type": "text"}]}

    def test_a_dashboard_that_is_no_json_stays_a_text(self):
        odd = look(account(cloudwatch__GetDashboard={"DashboardBody": "{not json"}))
        assert next(odd.of_type(types.DASHBOARD)).properties["Body"] == "{not json"

    def test_a_dashboard_that_is_nested_too_deep_stays_a_text(self):
        deep = "[" * 900 + "]" * 900
        odd = look(account(cloudwatch__GetDashboard={"DashboardBody": deep}))
        assert next(odd.of_type(types.DASHBOARD)).properties["Body"] == deep

    def test_web_acls_of_the_region_and_of_cloudfront(self, estate):
        assert {(one.region, one.properties["Scope"]) for one in estate.of_type(types.WEB_ACL)} == {
            (REGION, "REGIONAL"),
            ("global", "CLOUDFRONT"),
        }


class TestCallers:
    def test_rules_schedules_and_subscriptions_tell_whom_they_call(self, estate):
        rule = next(estate.of_type(types.RULE))
        assert rule.properties["Targets"] == [HANDLER]
        assert rule.properties["Mentions"] == [{"variable": "Input of 1", "of": TABLE}]
        assert next(estate.of_type(types.SCHEDULE)).properties["Target"] == HANDLER
        topic = next(estate.of_type(types.TOPIC))
        assert [one["Endpoint"] for one in topic.properties["Subscriptions"]] == ["https://hooks.example.com", HANDLER]

    def test_a_topic_of_another_account_to_which_something_is_subscribed(self):
        theirs = "arn:aws:sns:eu-west-1:999988887777:theirs"
        told = {
            "Subscriptions": [{"TopicArn": theirs, "Protocol": "lambda", "Endpoint": HANDLER, "SubscriptionArn": "s"}]
        }
        assert of(look(account(sns__ListSubscriptions=told)), theirs).properties["Subscriptions"]

    def test_definitions_and_parameters_tell_what_they_name(self, estate):
        machine = next(estate.of_type(types.STATE_MACHINE))
        assert machine.properties["Mentions"] == [{"variable": "definition", "of": HANDLER}]
        named = of(estate, arn("ssm", "parameter/chat/url")).properties["Mentions"]
        assert [one["of"] for one in named] == [f"arn:aws:apigateway:{REGION}::/domainnames/chat.example.com"]

    def test_a_secure_parameter_is_not_read(self):
        names: list[str] = []

        def read(parameters):
            names.extend(parameters["Names"])
            assert parameters["WithDecryption"] is False
            return {"Parameters": []}

        look(account(ssm__GetParameters=read))
        assert names == ["/chat/url"]

    def test_of_very_many_parameters_the_rest_is_a_gap(self):
        many = {"Parameters": [{"Name": f"/p/{number:05}", "Type": "String"} for number in range(1001)]}
        seen = look(account(ssm__DescribeParameters=many), services=frozenset({"ssm"}))
        (gap,) = (gap for gap in seen.gaps if gap.operation == "ssm:GetParameters")
        assert (gap.kind, gap.message) == ("limit", "only the first 1,000 of 1,001 values were looked through")


class TestIdentities:
    def test_documents_are_decoded(self, estate):
        role = of(estate, ROLE)
        assert role.region == "global"
        assert role.properties["AssumeRolePolicyDocument"] == {"Statement": []}
        assert role.properties["Policies"] == {"push": {"Statement": []}}
        assert role.properties["AttachedPolicies"] == [f"arn:aws:iam::{ACCOUNT}:policy/p"]

    def test_of_a_policy_the_version_that_counts(self, estate):
        (policy,) = estate.of_type(types.POLICY)
        assert policy.properties["Document"] == {"Statement": [{"Effect": "Allow"}]}
        assert policy.properties["Versions"] == 2


class TestEdges:
    def test_a_certificate_of_a_domain_tells_who_else_uses_it(self, estate):
        in_use = of(estate, CERTIFICATE).properties["InUseBy"]
        assert in_use == ["arn:aws:apigateway:y", "arn:aws:elasticloadbalancing:x"]

    def test_a_distribution_tells_its_origins_and_not_the_headers_it_adds(self):
        origin = {
            "Id": "o",
            "DomainName": "chat123456.execute-api.eu-west-1.amazonaws.com",
            "CustomHeaders": {"Items": [{"HeaderName": "x-origin-key", "HeaderValue": "s3cr3t"}]},
        }
        told = {"Id": "E1", "ARN": "arn:aws:cloudfront::1:distribution/E1", "Origins": {"Items": [origin]}}
        seen = look(account(cloudfront__ListDistributions={"DistributionList": {"Items": [told]}}))
        kept = next(seen.of_type(types.DISTRIBUTION)).properties["Origins"]
        assert kept == [{"Id": "o", "DomainName": origin["DomainName"], "CustomHeaders": ["x-origin-key"]}]
        assert "s3cr3t" not in seen.model_dump_json()


class TestStacks:
    def test_a_stack_owns_what_it_lists(self, estate):
        assert of(estate, CHAT).stack == of(estate, HANDLER).stack == of(estate, ROLE).stack == STACK
        assert of(estate, PAYROLL).stack is None
        assert of(estate, CHAT).manager == "sam"

    def test_what_it_keeps_when_it_is_deleted_is_read_from_yaml_too(self, estate):
        resources = of(estate, STACK).properties["Resources"]
        assert {one["LogicalResourceId"]: one["DeletionPolicy"] for one in resources} == {
            "Api": None,
            "Send": "Retain",
            "Role": None,
        }

    def test_an_export_tells_who_imports_it(self, estate):
        assert of(estate, STACK).properties["ImportedBy"] == {"chat-table": ["billing", "reports"]}

    def test_an_export_that_nobody_imports_is_told_by_an_error_of_these_words_only(self):
        operation = frozenset({"cloudformation:ListImports"})
        nobody: dict[str, object] = {"chat-table": []}
        for words, told in (("Export 'chat-table' is not imported by any stack.", nobody), ("Rate exceeded", {})):
            seen = look(account(cloudformation__ListImports=Refusal("ValidationError", words)))
            assert of(seen, STACK).properties["ImportedBy"] == told
            assert seen.known(operation, ACCOUNT, REGION, STACK) is bool(told)

    def test_a_template_that_can_not_be_read_is_a_gap(self):
        odd = look(account(cloudformation__GetTemplate={"TemplateBody": "a: ["}))
        assert not odd.known(frozenset({"cloudformation:GetTemplate"}), ACCOUNT, REGION, STACK)
        assert "DeletionPolicy" not in of(odd, STACK).properties["Resources"][0]


def test_what_is_answered_otherwise_than_documented_is_a_gap_and_the_rest_goes_on():
    odd = look(account(scheduler__ListSchedules={"Schedules": [{"Name": "without an ARN"}]}))
    assert not odd.known(frozenset({"scheduler:ListSchedules"}), ACCOUNT, REGION)
    assert {gap.operation for gap in odd.gaps} == {"scheduler:ListSchedules"}
    assert of(odd, CHAT)
