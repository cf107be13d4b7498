"""What has to hold for the kit whatever the application is: of the template, and by parity of the module."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from migrator.deploy.aws import cloudformation, terraform
from migrator.deploy.aws.alarms import Metric, alarms
from migrator.deploy.aws.dashboard import dashboard
from migrator.deploy.aws.settings import LONGEST_STOP_S, settings_of
from migrator.deploy.deployment import Served
from tests.migrator.deploy.aws.stacks import of_type, only, stack, template, told

ALONE: dict[str, str] = {"ecr:GetAuthorizationToken": "*"}
"""Actions of our own that can be allowed on nothing less.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html"""


def statements(role: str) -> Iterator[dict[str, Any]]:
    for policy in of_type("AWS::IAM::Role")[role].get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def test_our_own_statements_have_no_wildcard() -> None:
    for statement in statements("ExecutionRole"):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        if statement["Resource"] == "*":
            assert all(ALONE.get(action) == "*" for action in actions)
        else:
            assert '"*"' not in json.dumps(statement["Resource"])


@pytest.mark.parametrize("role", ["TaskRole", "ExecutionRole"])
def test_only_ecs_of_this_account_may_be_the_tasks_or_start_them(role: str) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"""
    [statement] = of_type("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_no_value_of_a_secret_stands_in_it() -> None:
    text = json.dumps(stack())

    assert "hunter2" not in text
    for secret in of_type("AWS::SecretsManager::Secret").values():
        assert "GenerateSecretString" in secret or "{{resolve:secretsmanager:" in secret["SecretString"]["Fn::Sub"]
    for user in of_type("AWS::ElastiCache::User").values():
        assert [list(password) for password in user["Passwords"]] == [["Fn::Sub"]]
        assert not user.get("NoPasswordRequired")


def test_everybody_reaches_the_load_balancer_alone_and_it_the_tasks_and_these_redis() -> None:
    groups = of_type("AWS::EC2::SecurityGroup")
    outside = {
        (name, int(rule["FromPort"]))
        for name, group in groups.items()
        for rule in group["SecurityGroupIngress"]
        if "CidrIp" in rule
    }
    inside = {
        (rule["SourceSecurityGroupId"]["Fn::GetAtt"], name)
        for name, group in groups.items()
        for rule in group["SecurityGroupIngress"]
        if "CidrIp" not in rule
    }

    assert outside == {("LoadBalancerSecurityGroup", 443)}
    assert inside == {
        ("LoadBalancerSecurityGroup.GroupId", "TaskSecurityGroup"),
        ("TaskSecurityGroup.GroupId", "RedisSecurityGroup"),
    }


def test_nothing_leaves_the_load_balancer_or_redis_by_default() -> None:
    """Without a rule of one's own everything may: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"""
    for name in ("LoadBalancerSecurityGroup", "RedisSecurityGroup"):
        assert [rule["CidrIp"] for rule in of_type("AWS::EC2::SecurityGroup")[name]["SecurityGroupEgress"]] == [
            "127.0.0.1/32"
        ]


def test_tasks_reach_what_else_is_in_the_network_by_the_security_groups_that_are_given() -> None:
    """At most five: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html"""
    network = only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    condition, several, own = network["SecurityGroups"]["Fn::If"]
    pattern = stack()["Parameters"]["FurtherSecurityGroupIds"]["AllowedPattern"]
    taken = [re.fullmatch(pattern, ",".join(["sg-0a1b2c3d"] * count)) is not None for count in range(7)]

    assert condition == "HasFurtherSecurityGroups"
    assert own == [{"Fn::GetAtt": "TaskSecurityGroup.GroupId"}]
    assert several == {"Fn::Split": [",", {"Fn::Sub": "${TaskSecurityGroup.GroupId},${FurtherSecurityGroupIds}"}]}
    assert taken == [True, True, True, True, True, False, False]
    assert not any(re.fullmatch(pattern, text) for text in ("sg-1, sg-2", "sg-1,", "default", "sg-1\n"))


def test_what_is_kept_is_encrypted_and_what_travels_too() -> None:
    redis = only("AWS::ElastiCache::ReplicationGroup")

    assert redis["AtRestEncryptionEnabled"] is redis["TransitEncryptionEnabled"] is True
    assert redis["TransitEncryptionMode"] == "required"
    assert only("AWS::ElasticLoadBalancingV2::Listener")["Protocol"] == "HTTPS"
    assert of_type("AWS::SecretsManager::Secret")["RedisUrl"]["SecretString"]["Fn::Sub"].startswith("rediss://")


def test_redis_evicts_nothing_and_outlives_a_zone() -> None:
    redis = only("AWS::ElastiCache::ReplicationGroup")

    assert only("AWS::ElastiCache::ParameterGroup")["Properties"] == {"maxmemory-policy": "noeviction"}
    assert redis["MultiAZEnabled"] is redis["AutomaticFailoverEnabled"] is True
    assert int(redis["NumCacheClusters"]) >= 2


def test_the_container_writes_to_tmp_alone_and_has_no_rights_of_the_system() -> None:
    [container] = only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]

    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["Capabilities"]["Drop"] == ["ALL"]
    assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/tmp"]


@pytest.mark.parametrize(("drain_s", "ending_s"), [(30.0, 25.0), (5.0, 1.0), (0.0, 0.0), (300.0, 25.0)])
def test_a_task_has_the_time_that_it_needs_to_end(drain_s: float, ending_s: float) -> None:
    one = told(settings={"drain_s": drain_s, "streams.ending_s": ending_s})
    settings = settings_of(one)

    assert settings.load_balancer.deregistration_delay_s >= drain_s
    assert settings.tasks.stop_timeout_s == min(LONGEST_STOP_S, one.timing.stop_s)
    assert settings.tasks.stop_timeout_s > min(drain_s + ending_s, LONGEST_STOP_S - 1)
    assert settings.load_balancer.idle_timeout_s > 3 * one.timing.heartbeat_s


def test_a_node_that_takes_longer_than_ecs_waits_is_told() -> None:
    one = told(settings={"drain_s": 300.0})
    page = cloudformation.files(one)["README.md"]

    assert f"- a node takes up to {one.timing.stop_s} s to end, and Fargate waits 120 s at most" in page


def test_whole_seconds_are_written_as_such() -> None:
    for kit in (cloudformation, terraform):
        assert not re.findall(r"\d\.0 s\b", "".join(kit.files(told()).values()))


def test_an_application_that_says_how_many_connections_there_may_be_is_asked_for_no_number() -> None:
    one = told(settings={"streams.connections": 4321})
    made = {**cloudformation.files(one), **{f"terraform/{name}": text for name, text in terraform.files(one).items()}}

    assert not [name for name, text in made.items() if re.search("MostConnections|most_connections", text)]
    assert "`streams.connections` of `shim.toml`" in made["README.md"]


def test_a_task_that_waits_for_redis_is_not_killed() -> None:
    assert only("AWS::ElasticLoadBalancingV2::TargetGroup")["HealthCheckPath"] == "/healthz"


@pytest.mark.parametrize(
    ("served", "variable"), [("shim", "SHIM_STREAMS__CONNECTIONS"), ("migrated", "STREAM_MAX_CONNECTIONS")]
)
def test_all_tasks_together_take_what_whoever_deploys_says_or_what_they_are_scaled_for(
    served: Served, variable: str
) -> None:
    tasks = settings_of(told()).tasks
    made = template(replace(told(), served=served, settings=""))
    [container] = made["Resources"]["TaskDefinition"]["Properties"]["ContainerDefinitions"]
    values = {each["Name"]: each["Value"] for each in container["Environment"]}

    assert values[variable] == {"Ref": "MostConnections"}
    assert int(made["Parameters"]["MostConnections"]["Default"]) >= tasks.most * tasks.connections


def test_logs_do_not_stay_for_ever() -> None:
    assert {int(group["RetentionInDays"]) for group in of_type("AWS::Logs::LogGroup").values()} == {30}


def test_whoever_wants_more_tasks_is_told_when_there_are_fewer_than_these() -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")["AlarmFewTasks"]

    assert alarm["Threshold"] == only("AWS::ApplicationAutoScaling::ScalableTarget")["MinCapacity"]
    assert "threshold           = var.least_tasks\n" in terraform.files(told())["watching.tf"]


def test_whoever_scales_for_other_numbers_is_told_by_these() -> None:
    alarm = of_type("AWS::CloudWatch::Alarm")["AlarmConnectionsNearLimit"]
    [value] = [query for query in alarm["Metrics"] if query.get("ReturnData", True)]
    [policy] = [
        one["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
        for one in of_type("AWS::ApplicationAutoScaling::ScalingPolicy").values()
        if one["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == alarm["Threshold"]
    ]

    assert policy == {"Ref": "ConnectionsPerTask"}
    assert value["Expression"] == "m1 / (per * 1.8)"
    assert "threshold           = var.connections_per_task\n" in terraform.files(told())["watching.tf"]


def test_every_alarm_tells_whoever_is_given() -> None:
    for alarm in of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"]["Fn::If"][:2] == ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}]]
        assert [query.get("ReturnData", True) for query in alarm["Metrics"]].count(True) == 1


def test_every_alarm_can_be_seen_on_the_dashboard() -> None:
    settings = settings_of(told())
    [shown] = [w for w in dashboard(settings)["widgets"] if w["type"] == "alarm"]  # type: ignore[attr-defined]
    charted = {
        (line[0], line[1])
        for widget in dashboard(settings)["widgets"]  # type: ignore[attr-defined]
        for line in widget["properties"].get("metrics", [])
    }
    metrics: list[Metric] = [alarm.metric for alarm in alarms(settings)]

    assert len(shown["properties"]["alarms"]) == len(metrics)
    assert {metric.name for metric in metrics} <= {name for _namespace, name in charted}
