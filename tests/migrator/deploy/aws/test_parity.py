"""Both notations say the same: what CloudFormation's template sets, Terraform's module sets too."""

from __future__ import annotations

import json
import re
from typing import Any

from migrator.deploy.aws import terraform
from migrator.deploy.aws.alarms import alarms
from migrator.deploy.aws.log_metrics import log_metrics
from migrator.deploy.aws.settings import settings_of
from tests.migrator.deploy.aws.stacks import GIVEN, of_type, only, stack, told

KEPT = {
    "Ref:ImageUri": GIVEN["image_uri"],
    "Ref:AWS::Region": "eu-west-1",
    "Ref:Greeting": GIVEN["greeting"],
    "Ref:MostConnections": "100000",
    "Ref:ConnectionsArn": GIVEN["connections_arn"],
}


NAME = told().name[: terraform.LONGEST_NAME].rstrip("-")
"""What the module is called by default."""


def plain(value: Any) -> Any:
    """A value of the template with what was given to both, and nothing where only the deployment knows."""
    if isinstance(value, dict) and len(value) == 1:
        name, argument = next(iter(value.items()))
        if name == "Ref":
            return KEPT.get(f"Ref:{argument}", "?")
        if name == "Fn::Sub" and isinstance(argument, str):
            text = argument.replace("${AWS::Partition}", "aws").replace("${AWS::AccountId}", "123456789012")
            return text.replace("${ConnectionsArn}", str(GIVEN["connections_arn"])).replace("${!", "${")
        if name.startswith("Fn::"):
            return "?"
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def attributes(properties: dict[str, Any], key: str) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in properties[key] if "Key" in each}


def test_the_load_balancer(module: dict[str, Any]) -> None:
    told_by = attributes(only("AWS::ElasticLoadBalancingV2::LoadBalancer"), "LoadBalancerAttributes")
    made = module["aws_lb.service"]

    assert int(told_by["idle_timeout.timeout_seconds"]) == made["idle_timeout"] == 4000
    assert (told_by["routing.http2.enabled"] == "true") is made["enable_http2"] is True
    assert (told_by["routing.http.preserve_host_header.enabled"] == "true") is made["preserve_host_header"] is True
    assert told_by["routing.http.xff_header_processing.mode"] == made["xff_header_processing_mode"]
    assert (told_by["routing.http.drop_invalid_header_fields.enabled"] == "true") is made["drop_invalid_header_fields"]


def test_the_target_group(module: dict[str, Any]) -> None:
    group = only("AWS::ElasticLoadBalancingV2::TargetGroup")
    told_by, made = attributes(group, "TargetGroupAttributes"), module["aws_lb_target_group.service"]
    [check] = made["health_check"]

    assert int(told_by["deregistration_delay.timeout_seconds"]) == int(made["deregistration_delay"])
    assert (told_by["stickiness.enabled"] == "true") is made["stickiness"][0]["enabled"] is False
    assert told_by["load_balancing.algorithm.type"] == made["load_balancing_algorithm_type"]
    assert int(told_by["slow_start.duration_seconds"]) == made["slow_start"] == 0
    assert (group["ProtocolVersion"], int(group["Port"])) == (made["protocol_version"], made["port"])
    assert (
        group["HealthCheckPath"], int(group["HealthCheckIntervalSeconds"]), int(group["HealthCheckTimeoutSeconds"]),
        int(group["HealthyThresholdCount"]), int(group["UnhealthyThresholdCount"]),
    ) == (
        check["path"], check["interval"], check["timeout"], check["healthy_threshold"], check["unhealthy_threshold"],
    )  # fmt: skip


def test_the_listener(module: dict[str, Any]) -> None:
    listener, made = only("AWS::ElasticLoadBalancingV2::Listener"), module["aws_lb_listener.service"]

    assert (listener["SslPolicy"], int(listener["Port"])) == (made["ssl_policy"], made["port"])


def test_the_container(module: dict[str, Any]) -> None:
    definition = only("AWS::ECS::TaskDefinition")
    [container] = plain(definition["ContainerDefinitions"])
    [made] = json.loads(module["aws_ecs_task_definition.service"]["container_definitions"])

    def lowered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key[:1].lower() + key[1:]: lowered(item) for key, item in value.items()}
        return [lowered(item) for item in value] if isinstance(value, list) else value

    same = ("image", "essential", "readonlyRootFilesystem", "linuxParameters", "mountPoints", "ulimits", "portMappings",
            "stopTimeout", "healthCheck", "environment")  # fmt: skip
    assert {key: lowered(container)[key] for key in same} == {key: made[key] for key in same}
    named = [each for each in container["Secrets"] if "Name" in each]
    assert [each["Name"] for each in named] == [each["name"] for each in made["secrets"]]
    defaults = {name: parameter.get("Default") for name, parameter in stack()["Parameters"].items()}
    assert (defaults[definition["Cpu"]["Ref"]], defaults[definition["Memory"]["Ref"]]) == (
        module["aws_ecs_task_definition.service"]["cpu"],
        module["aws_ecs_task_definition.service"]["memory"],
    )


def test_the_service_and_its_scaling(module: dict[str, Any]) -> None:
    service, made = only("AWS::ECS::Service"), module["aws_ecs_service.service"]
    rollout = service["DeploymentConfiguration"]

    assert int(rollout["MinimumHealthyPercent"]) == made["deployment_minimum_healthy_percent"] == 100
    assert int(rollout["MaximumPercent"]) == made["deployment_maximum_percent"]
    assert made["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert int(service["HealthCheckGracePeriodSeconds"]) == made["health_check_grace_period_seconds"]
    for logical_id, address in (("ScaleOnConnections", "connections"), ("ScaleOnCpu", "cpu")):
        policy = of_type("AWS::ApplicationAutoScaling::ScalingPolicy")[logical_id]
        told_by = policy["TargetTrackingScalingPolicyConfiguration"]
        [target] = module[f"aws_appautoscaling_policy.{address}"]["target_tracking_scaling_policy_configuration"]
        assert int(told_by["ScaleOutCooldown"]) == target["scale_out_cooldown"]
        assert int(told_by["ScaleInCooldown"]) == target["scale_in_cooldown"]
    defaults = {name: parameter.get("Default") for name, parameter in stack()["Parameters"].items()}
    target = module["aws_appautoscaling_target.service"]
    assert (int(defaults["LeastTasks"]), int(defaults["MostTasks"])) == (target["min_capacity"], target["max_capacity"])


def test_the_parameters() -> None:
    """But for the name, which a stack has by itself."""
    variables = re.findall(r'^variable "(\w+)"', terraform.files(told())["variables.tf"], re.MULTILINE)

    assert {"".join(word.capitalize() for word in name.split("_")) for name in variables} - {"Name"} == set(
        stack()["Parameters"]
    )


def test_redis(module: dict[str, Any]) -> None:
    group, made = only("AWS::ElastiCache::ReplicationGroup"), module["aws_elasticache_replication_group.redis"]

    assert (group["Engine"], group["EngineVersion"]) == (made["engine"], made["engine_version"])
    assert int(group["NumCacheClusters"]) == made["num_cache_clusters"]
    assert group["MultiAZEnabled"] is made["multi_az_enabled"] is True
    assert group["AutomaticFailoverEnabled"] is made["automatic_failover_enabled"] is True
    assert group["TransitEncryptionEnabled"] is made["transit_encryption_enabled"] is True
    assert group["AtRestEncryptionEnabled"] in {True, "true"}
    assert made["at_rest_encryption_enabled"] in {True, "true"}
    users = {each["UserName"]: each["AccessString"] for each in of_type("AWS::ElastiCache::User").values()}
    assert users == {
        module[f"aws_elasticache_user.{name}"]["user_name"]: module[f"aws_elasticache_user.{name}"]["access_string"]
        for name in ("default", "service")
    }
    [parameter] = module["aws_elasticache_parameter_group.redis"]["parameter"]
    assert only("AWS::ElastiCache::ParameterGroup")["Properties"] == {parameter["name"]: parameter["value"]}


def test_what_the_tasks_may_do(module: dict[str, Any]) -> None:
    role = of_type("AWS::IAM::Role")["TaskRole"]
    [policy] = role["Policies"]
    made = json.loads(module["aws_iam_role_policy.task"]["policy"])

    assert plain(policy["PolicyDocument"]["Statement"]) == made["Statement"]
    assert role["ManagedPolicyArns"] == [module["aws_iam_role_policy_attachment.task_1"]["policy_arn"]]


def test_who_may_be_the_tasks_and_who_may_start_them(module: dict[str, Any]) -> None:
    told_by = {
        name: role["AssumeRolePolicyDocument"]["Statement"][0] for name, role in of_type("AWS::IAM::Role").items()
    }
    document = module["data.aws_iam_policy_document.tasks"]
    [statement] = document["statement"]

    assert set(told_by) == {"TaskRole", "ExecutionRole"}
    for trusted in told_by.values():
        assert [trusted["Action"]] == statement["actions"]
        assert [trusted["Principal"]] == [
            {one["type"]: one["identifiers"][0] for one in statement["principals"]},
        ]
        assert trusted["Condition"] == {
            one["test"]: {one["variable"]: {"Ref": "AWS::AccountId"}} for one in statement["condition"]
        }
    assert [one["values"] for one in statement["condition"]] == [["123456789012"]]
    for address in ("aws_iam_role.task", "aws_iam_role.execution"):
        assert module[address]["assume_role_policy"] == document["json"]


def threshold(alarm: dict[str, Any]) -> Any:
    """As it is with the defaults of the parameters."""
    given = alarm["Threshold"]
    return stack()["Parameters"][given["Ref"]]["Default"] if isinstance(given, dict) else given


def test_the_alarms(module: dict[str, Any]) -> None:
    made = [values for address, values in module.items() if address.startswith("aws_cloudwatch_metric_alarm.")]
    by_meaning = {each["alarm_description"]: each for each in made}

    told_by = of_type("AWS::CloudWatch::Alarm").values()
    assert len(told_by) == len(made) == len(alarms(settings_of(told())))
    for alarm in told_by:
        other = by_meaning[alarm["AlarmDescription"]]
        assert float(threshold(alarm)) == other["threshold"]
        assert alarm["ComparisonOperator"] == other["comparison_operator"]
        assert (int(alarm["EvaluationPeriods"]), int(alarm["DatapointsToAlarm"])) == (
            other["evaluation_periods"],
            other["datapoints_to_alarm"],
        )
        assert alarm["TreatMissingData"] == other["treat_missing_data"]
        assert sorted(_series(query) for query in alarm["Metrics"]) == sorted(
            (
                each["id"], each["expression"] or each["metric"][0]["metric_name"], each["return_data"],
                tuple(sorted(each["metric"][0]["dimensions"] or ())) if each["metric"] else (),
            )
            for each in other["metric_query"]
        )  # fmt: skip


def test_what_is_counted_of_the_logs(module: dict[str, Any]) -> None:
    made = {
        values["name"]: (values["pattern"], values["metric_transformation"])
        for address, values in module.items()
        if address.startswith("aws_cloudwatch_log_metric_filter.")
    }

    told_by = of_type("AWS::Logs::MetricFilter")
    assert made.keys() == told_by.keys() == {one.name for one in log_metrics(settings_of(told()))}
    for name, one in told_by.items():
        [counted] = one["MetricTransformations"]
        pattern, [other] = made[name]
        assert one["FilterPattern"] == pattern
        assert one["LogGroupName"] == {"Ref": "LogGroup"}
        assert counted["MetricNamespace"] == {"Ref": "AWS::StackName"}
        assert other["namespace"] == NAME
        assert (counted["MetricName"], counted["MetricValue"]) == (other["name"], other["value"]) == (name, "1")


def test_an_alarm_on_the_logs_asks_for_what_is_counted(module: dict[str, Any]) -> None:
    counted = {one.name for one in log_metrics(settings_of(told()))}
    asked = {
        query["MetricStat"]["Metric"]["MetricName"]
        for alarm in of_type("AWS::CloudWatch::Alarm").values()
        for query in alarm["Metrics"]
        if query.get("MetricStat", {}).get("Metric", {}).get("Namespace") == {"Ref": "AWS::StackName"}
    }
    asked_there = {
        each["metric"][0]["metric_name"]
        for address, values in module.items()
        if address.startswith("aws_cloudwatch_metric_alarm.")
        for each in values["metric_query"]
        if each["metric"] and each["metric"][0]["namespace"] == NAME
    }

    assert asked == asked_there == counted


def _series(query: dict[str, Any]) -> tuple[Any, ...]:
    metric = query.get("MetricStat", {}).get("Metric", {})
    names = tuple(sorted(each["Name"] for each in metric.get("Dimensions", ())))
    return query["Id"], query.get("Expression") or metric["MetricName"], query.get("ReturnData", True), names


def test_the_dashboard(module: dict[str, Any]) -> None:
    body = json.loads(only("AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"])
    made = json.loads(module["aws_cloudwatch_dashboard.service"]["dashboard_body"])

    def titles(document: dict[str, Any]) -> list[tuple[str, list[list[Any]]]]:
        return [
            (
                each["properties"]["title"],
                [
                    [line[0].replace("${AWS::StackName}", NAME), line[1], each["properties"].get("stat") or line[-1]]
                    for line in each["properties"].get("metrics", [])
                ],
            )
            for each in document["widgets"]
        ]

    assert titles(body) == titles(made)
