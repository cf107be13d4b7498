"""Functions, tables, logs, alarms, identities and certificates: what is refused, what takes its time, what comes back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.awsfake import ACCOUNT, REGION, FakeAws
from tests.awsfake.estates.parts import Builder


@pytest.fixture
def make(aws: FakeAws) -> Builder:
    return Builder(aws, ACCOUNT, REGION)


def _code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


def test_lambda_makes_a_log_group_again_that_was_deleted(make: Builder) -> None:
    """https://github.com/ekristen/aws-nuke: log groups depend on functions, "because Lambda can recreate log groups"."""
    make.function("chat", make.role("chat", []))
    logs = make.client("logs")
    make.log_group("/aws/lambda/chat")
    logs.delete_log_group(logGroupName="/aws/lambda/chat")
    make.aws.functions.invoke(ACCOUNT, REGION, "chat")
    found = logs.describe_log_groups()["logGroups"]
    assert [(group["logGroupName"], group.get("retentionInDays")) for group in found] == [("/aws/lambda/chat", None)]


def test_a_function_leaves_its_event_sources_behind(make: Builder) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html: they are deleted on their own."""
    make.function("chat", make.role("chat", []))
    make.client("sqs").create_queue(QueueName="jobs")
    functions = make.client("lambda")
    functions.create_event_source_mapping(FunctionName="chat", EventSourceArn=make.arn("sqs", "jobs"))
    functions.delete_function(FunctionName="chat")
    assert len(functions.list_event_source_mappings()["EventSourceMappings"]) == 1


def test_the_lists_of_lambda_that_moto_lacks_are_there(make: Builder) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html and ListProvisionedConcurrencyConfigs"""
    make.function("chat", make.role("chat", []))
    functions = make.client("lambda")
    assert functions.list_function_url_configs(FunctionName="chat")["FunctionUrlConfigs"] == []
    functions.create_function_url_config(FunctionName="chat", AuthType="NONE")
    assert len(functions.list_function_url_configs(FunctionName="chat")["FunctionUrlConfigs"]) == 1
    functions.publish_version(FunctionName="chat")
    functions.put_provisioned_concurrency_config(FunctionName="chat", Qualifier="1", ProvisionedConcurrentExecutions=2)
    found = functions.list_provisioned_concurrency_configs(FunctionName="chat")["ProvisionedConcurrencyConfigs"]
    assert [one["FunctionArn"].rsplit(":", 1)[1] for one in found] == ["1"]


def test_a_function_without_concurrency_refuses_to_be_invoked(make: Builder) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: TooManyRequestsException"""
    make.function("chat", make.role("chat", []))
    functions = make.client("lambda")
    functions.put_function_concurrency(FunctionName="chat", ReservedConcurrentExecutions=0)
    assert _code(functions.invoke, FunctionName="chat") == "TooManyRequestsException"


def test_a_protected_table_is_not_deleted_and_another_takes_a_while(make: Builder) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html"""
    make.table("connections")
    dynamodb = make.client("dynamodb")
    dynamodb.update_table(TableName="connections", DeletionProtectionEnabled=True)
    assert _code(dynamodb.delete_table, TableName="connections") == "ValidationException"
    dynamodb.update_table(TableName="connections", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName="connections")
    assert dynamodb.describe_table(TableName="connections")["Table"]["TableStatus"] == "DELETING"
    assert _code(dynamodb.delete_table, TableName="connections") == "ResourceInUseException"
    dynamodb.get_waiter("table_not_exists").wait(TableName="connections")
    assert _code(dynamodb.describe_table, TableName="connections") == "ResourceNotFoundException"


def test_a_backup_is_not_whole_at_once(make: Builder) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDetails.html"""
    make.table("connections")
    dynamodb = make.client("dynamodb")
    arn = dynamodb.create_backup(TableName="connections", BackupName="last")["BackupDetails"]["BackupArn"]

    def status() -> str:
        return str(dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"])

    assert status() == "CREATING"
    make.aws.clock.advance(minutes=1)
    assert status() == "AVAILABLE"


def test_a_backup_outlives_its_table(make: Builder) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Backup.Tutorial.html"""
    make.table("connections")
    dynamodb = make.client("dynamodb")
    arn = dynamodb.create_backup(TableName="connections", BackupName="last")["BackupDetails"]["BackupArn"]
    dynamodb.delete_table(TableName="connections")
    make.aws.clock.advance(minutes=1)
    dynamodb.restore_table_from_backup(TargetTableName="connections", BackupArn=arn)
    assert dynamodb.describe_table(TableName="connections")["Table"]["TableName"] == "connections"


def test_a_protected_log_group_is_not_deleted(make: Builder) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html"""
    make.log_group("/aws/lambda/chat")
    logs = make.client("logs")
    logs.put_log_group_deletion_protection(logGroupIdentifier="/aws/lambda/chat", deletionProtectionEnabled=True)
    assert _code(logs.delete_log_group, logGroupName="/aws/lambda/chat") == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier="/aws/lambda/chat", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="/aws/lambda/chat")


def test_logs_are_kept_for_some_numbers_of_days_only(make: Builder) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    make.log_group("/aws/lambda/chat", days=None)
    logs = make.client("logs")
    call = logs.put_retention_policy
    assert _code(call, logGroupName="/aws/lambda/chat", retentionInDays=4) == "InvalidParameterException"


def test_composite_alarms_are_told_only_to_who_asks_for_them(make: Builder) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html: AlarmTypes"""
    cloudwatch = make.client("cloudwatch")
    make.alarm("errors", "AWS/Lambda", "Errors", {"FunctionName": "chat"})
    cloudwatch.put_composite_alarm(AlarmName="all", AlarmRule='ALARM("errors")')
    told = cloudwatch.describe_alarms()
    assert ([one["AlarmName"] for one in told["MetricAlarms"]], told["CompositeAlarms"]) == (["errors"], [])
    told = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert (told["MetricAlarms"], [one["AlarmName"] for one in told["CompositeAlarms"]]) == ([], ["all"])
    told = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    assert [len(told["MetricAlarms"]), len(told["CompositeAlarms"])] == [1, 1]


def test_alarms_are_deleted_all_or_none_and_not_beneath_a_composite(make: Builder) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html"""
    cloudwatch = make.client("cloudwatch")
    make.alarm("errors", "AWS/Lambda", "Errors", {"FunctionName": "chat"})
    cloudwatch.put_composite_alarm(AlarmName="all", AlarmRule='ALARM("errors")')
    assert _code(cloudwatch.delete_alarms, AlarmNames=["errors"]) == "ValidationError"
    cloudwatch.delete_alarms(AlarmNames=["all"])
    assert _code(cloudwatch.delete_alarms, AlarmNames=["errors", "never"]) == "ResourceNotFound"
    assert len(cloudwatch.describe_alarms()["MetricAlarms"]) == 1
    cloudwatch.delete_alarms(AlarmNames=["errors"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_an_account_has_its_dashboards_once_and_not_for_each_region(make: Builder) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListDashboards.html: of the account."""
    make.dashboard("chat", [])
    elsewhere = Builder(make.aws, ACCOUNT, "us-west-2").client("cloudwatch")
    assert [one["DashboardName"] for one in elsewhere.list_dashboards()["DashboardEntries"]] == ["chat"]
    assert elsewhere.get_dashboard(DashboardName="chat")["DashboardBody"] == '{"widgets": []}'
    elsewhere.delete_dashboards(DashboardNames=["chat"])
    assert make.client("cloudwatch").list_dashboards()["DashboardEntries"] == []


def test_a_policy_that_is_attached_or_has_versions_is_not_deleted(make: Builder) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html"""
    iam = make.client("iam")
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    arn = iam.create_policy(PolicyName="operators", PolicyDocument=document)["Policy"]["Arn"]
    make.role("chat", [])
    iam.attach_role_policy(RoleName="chat", PolicyArn=arn)
    assert _code(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.detach_role_policy(RoleName="chat", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    assert _code(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)


def test_a_role_with_policies_is_not_deleted(make: Builder) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
    make.role("chat", [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}])
    assert _code(make.client("iam").delete_role, RoleName="chat") == "DeleteConflict"


def test_a_certificate_in_use_is_not_deleted_and_says_by_whom(make: Builder) -> None:
    """https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html"""
    acm, gateway = make.client("acm"), make.client("apigatewayv2")
    arn = acm.request_certificate(DomainName="chat.example.com")["CertificateArn"]
    gateway.create_domain_name(DomainName="chat.example.com", DomainNameConfigurations=[{"CertificateArn": arn}])
    users = acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"]
    assert users == [f"arn:aws:apigateway:{REGION}::/domainnames/chat.example.com"]
    assert _code(acm.delete_certificate, CertificateArn=arn) == "ResourceInUseException"
    gateway.delete_domain_name(DomainName="chat.example.com")
    acm.delete_certificate(CertificateArn=arn)
