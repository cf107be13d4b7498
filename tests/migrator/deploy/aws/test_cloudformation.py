"""The template is one that CloudFormation takes, whatever the application is called and says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from migrator.deploy.aws import cloudformation
from migrator.deploy.deployment import EnvironmentVariable
from tests.migrator.deploy.aws.stacks import of_type, only, stack, told
from tests.migrator.deploy.deployments import deployment
from tests.running import ROOT

HOSTILE = "a\"b'c\n- d: {{resolve:ssm:/e}} ${F} #\u202eg"


def test_the_linter_of_aws_has_nothing_to_say(tmp_path: Path) -> None:
    """Over schemas of all types of resources: https://github.com/aws-cloudformation/cfn-lint"""
    plain = told()
    odd = replace(
        plain,
        served="migrated",
        settings="",
        variables=(
            EnvironmentVariable("ODD", HOSTILE, HOSTILE),
            EnvironmentVariable("STACK", None, HOSTILE),
            EnvironmentVariable("IMAGE_URI", None, HOSTILE, secret=True, required=False),
        ),
    )
    for number, one in enumerate((plain, odd)):
        text = cloudformation.files(one)[cloudformation.TEMPLATE]
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        [sys.executable, "-c", "from cfnlint.runner import main; main()", "--", *files],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_it_can_be_given_to_cloudformation_as_it_is_by_an_application_with_7_kb_more_than_the_example() -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    made = cloudformation.files(deployment(ROOT / "examples" / "chat"))[cloudformation.TEMPLATE]
    assert len(made.encode()) <= 51_200 - 7_168


def test_what_has_to_be_given_is_asked_for_and_nothing_else() -> None:
    required = {name for name, parameter in stack()["Parameters"].items() if "Default" not in parameter}
    given = json.loads(cloudformation.files(told())["parameters.json"])

    assert required == {
        "ImageUri", "ImageRepositoryArn", "VpcId", "PublicSubnetIds", "ServiceSubnetIds", "CertificateArn", "Greeting",
        "DbPasswordSecretArn", "ConnectionsArn",
    }  # fmt: skip
    assert required <= {each["ParameterKey"] for each in given} <= set(stack()["Parameters"])


def test_what_is_usually_set_stands_beside_it_with_its_default() -> None:
    """`--parameter-overrides` takes a file or values, and not both: https://github.com/aws/aws-cli/issues/6884"""
    given = {
        each["ParameterKey"]: each["ParameterValue"]
        for each in json.loads(cloudformation.files(told())["parameters.json"])
    }
    defaults = {
        name: str(parameter["Default"]) for name, parameter in stack()["Parameters"].items() if "Default" in parameter
    }

    assert {"LeastTasks", "MostTasks", "ConnectionsPerTask", "RedisNodeType", "AlarmTopicArn"} <= given.keys()
    assert {name: value for name, value in given.items() if name in defaults} == {
        name: defaults[name] for name in given.keys() & defaults.keys()
    }


def test_a_variable_has_its_value_its_parameter_or_its_secret() -> None:
    [container] = only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    values = {each["Name"]: each["Value"] for each in container["Environment"]}
    secrets = [each for each in container["Secrets"] if "Name" in each]

    assert values["TABLE"] == "notes-connections"
    assert values["GREETING"] == {"Ref": "Greeting"}
    assert {each["Name"]: each["ValueFrom"] for each in secrets} == {
        "SHIM_REDIS__URL": {"Ref": "RedisUrl"},
        "DB_PASSWORD": {"Ref": "DbPasswordSecretArn"},
    }


def test_a_secret_that_may_be_left_out_is() -> None:
    [container] = only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    optional = [each["Fn::If"] for each in container["Secrets"] if "Fn::If" in each]

    assert {branches[1]["Name"] for branches in optional} == {"SHIM_MANAGEMENT__CREDENTIALS", "SHIM_METRICS__TOKEN"}
    assert all(branches[0] in stack()["Conditions"] and branches[2] == {"Ref": "AWS::NoValue"} for branches in optional)


def test_no_two_parameters_have_one_name() -> None:
    one = replace(
        told(),
        variables=tuple(
            EnvironmentVariable(name, None, "x") for name in ("VPC_ID", "vpc_id", "Vpc__Id", "1ST", "A_B", "AB")
        ),
    )
    text = cloudformation.files(one)[cloudformation.TEMPLATE]
    names = re.findall(r"^  (\w+):\n    Type: ", text.partition("\nConditions:")[0], re.MULTILINE)

    assert len(names) == len(set(names))
    assert {"VpcId", "VpcId2", "VpcId3", "VpcId4", "AB", "Ab"} <= set(names)


def test_the_dashboard_is_json_that_names_what_the_stack_has() -> None:
    body = only("AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"]
    named = {name.partition(".")[0] for name in re.findall(r"\$\{([^}]+)\}", body)}

    assert json.loads(body)["widgets"]
    assert named - {"AWS::Region", "AWS::StackName"} <= set(stack()["Resources"])
    assert set(of_type("AWS::CloudWatch::Alarm")) <= named


def test_a_chart_in_short_is_the_same_chart() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html"""
    body = json.loads(only("AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"])
    [requests] = [
        each["properties"] for each in body["widgets"] if each["properties"]["title"] == "Requests and errors"
    ]
    balancer = ["LoadBalancer", "${LoadBalancer.LoadBalancerFullName}"]
    group = ["TargetGroup", "${TargetGroup.TargetGroupFullName}"]
    whole: list[list[str]] = []
    for line in requests["metrics"]:
        whole.append([whole[-1][at] if word == "." else word for at, word in enumerate(line)])

    assert requests["stat"] == "Sum"
    assert whole == [
        ["AWS/ApplicationELB", "RequestCount", *balancer],
        ["AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", *balancer, *group],
        ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", *balancer, *group],
        ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", *balancer],
    ]
