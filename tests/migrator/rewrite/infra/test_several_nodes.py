"""What `migrate` declares is one container, and says so; with the address of a Redis it is two that replace each other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

from migrator.apply import apply_plan
from migrator.commands.deploy import command as deploy
from migrator.rewrite import plan_migration
from migrator.rewrite.documents import REDIS_SETTINGS
from migrator.rewrite.infra.task import NODES
from migrator.scan import scan_application
from migrator.scan.yamlfile import load
from migrator.transaction.new_folder import write_texts
from tests.migrator.deploy.aws.stacks import Terraform
from tests.migrator.rewrite.infra import test_cdk, test_cloudformation, test_serverless, test_terraform
from tests.migrator.rewrite.infra.stacks import CODE, planned

APPLICATIONS = {
    "sse-service.template.yaml": {
        "template.yaml": test_cloudformation.HEAD + test_cloudformation.API + test_cloudformation.REST
    },
    "sse-service.yml": {"serverless.yml": test_serverless.HEAD + test_serverless.FUNCTIONS},
    "sse_service.tf": {"main.tf": test_terraform.API + test_terraform.REST},
    "lib/sse-service.ts": {"lib/stack.ts": test_cdk.HEAD + test_cdk.API + test_cdk.REST + test_cdk.END},
    "sse_fargate_service.py": {"stack.py": test_cdk.PYTHON.replace("{extra}", "")},
}
"""File of the new service -> the infrastructure that it is for."""

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:redis-a"
GIVEN = {
    "sse_image_uri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/chat:1",
    "sse_vpc_id": "vpc-1",
    "sse_public_subnet_ids": ["subnet-1", "subnet-2"],
    "sse_service_subnet_ids": ["subnet-3", "subnet-4"],
    "sse_certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/a",
    "sse_domain_name": "chat.example.com",
}


def service(file: str, folder: Path) -> str:
    return planned(folder, APPLICATIONS[file]).changes[0].new[file]


@pytest.mark.parametrize("file", APPLICATIONS)
def test_each_says_that_it_is_one_and_what_makes_it_several(file: str, tmp_path: Path) -> None:
    says = " ".join(service(file, tmp_path).replace("#", " ").replace("//", " ").split())

    assert "one container, and so one point of failure, until" in says.lower()
    assert "`ws2sse deploy` writes a service of several nodes" in says


@pytest.mark.parametrize("file", APPLICATIONS)
def test_what_the_page_calls_the_setting_is_its_name(file: str, tmp_path: Path) -> None:
    (change,) = planned(tmp_path, APPLICATIONS[file]).changes

    assert REDIS_SETTINGS[change.kind] in "".join([*change.new.values(), *change.first.values()])


@pytest.mark.parametrize("file", ["sse-service.template.yaml", "sse-service.yml"])
def test_a_stack_has_one_container_until_it_has_a_redis(file: str, tmp_path: Path) -> None:
    template: Any = load(service(file, tmp_path), file)
    properties = template["Resources"]["SseService"]["Properties"]
    settings = properties["DeploymentConfiguration"]
    container = template["Resources"]["SseTaskDefinition"]["Properties"]["ContainerDefinitions"][0]

    assert template["Parameters"]["SseRedisUrlSecretArn"]["Default"] in {"", "${env:SSE_REDIS_URL_SECRET_ARN, ''}"}
    assert template["Conditions"]["SseSeveral"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "SseRedisUrlSecretArn"}, ""]}]}
    assert properties["DesiredCount"] == {"Fn::If": ["SseSeveral", NODES, 1]}
    assert settings["MaximumPercent"] == {"Fn::If": ["SseSeveral", 200, 100]}
    assert settings["MinimumHealthyPercent"] == {"Fn::If": ["SseSeveral", 100, 0]}
    assert container["Secrets"] == [
        {
            "Fn::If": [
                "SseSeveral",
                {"Name": "STREAMS_REDIS_URL", "ValueFrom": {"Ref": "SseRedisUrlSecretArn"}},
                {"Ref": "AWS::NoValue"},
            ]
        }
    ]


@pytest.mark.parametrize("file", ["sse-service.template.yaml", "sse-service.yml"])
@pytest.mark.parametrize("role", ["SseTaskRole", "SseExecutionRole"])
def test_only_ecs_of_this_account_may_be_the_container_or_start_it(file: str, role: str, tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    template: Any = load(service(file, tmp_path), file)
    (statement,) = template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_stack_that_has_the_service_hands_the_address_on(tmp_path: Path) -> None:
    made = planned(tmp_path, APPLICATIONS["sse-service.template.yaml"]).changes[0].first["template.yaml"]
    template: Any = load(made, "template.yaml")

    assert template["Parameters"]["SseRedisUrlSecretArn"]["Default"] == ""
    assert template["Resources"]["SseService"]["Properties"]["Parameters"]["SseRedisUrlSecretArn"] == {
        "Ref": "SseRedisUrlSecretArn"
    }


def test_the_linter_of_aws_finds_no_error(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text(service("sse-service.template.yaml", tmp_path / "app"), encoding="utf-8")
    resources = re.sub(r"\$\{env:\w+, '(.*?)'\}", r'"\1"', service("sse-service.yml", tmp_path / "other"))
    (tmp_path / "resources.yaml").write_text(resources, encoding="utf-8")
    files = [str(tmp_path / "service.yaml"), str(tmp_path / "resources.yaml")]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from cfnlint.runner import main; main()",
            "--non-zero-exit-code",
            "error",
            "--",
            *files,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("redis", "count", "most", "least"), [("", 1, 100, 0), (SECRET, NODES, 200, 100)])
def test_a_module_has_one_container_until_it_has_a_redis(
    redis: str, count: int, most: int, least: int, tmp_path: Path
) -> None:
    module = Terraform(tmp_path / "terraform", {"sse_service.tf": service("sse_service.tf", tmp_path / "app")})
    assert module.run("fmt", "-check") == ""
    made = module.applied({**GIVEN, "sse_redis_url_secret_arn": redis})
    ecs = made["aws_ecs_service.sse[0]"]

    assert (ecs["desired_count"], ecs["deployment_maximum_percent"], ecs["deployment_minimum_healthy_percent"]) == (
        count,
        most,
        least,
    )
    assert ("STREAMS_REDIS_URL" in made["aws_ecs_task_definition.sse[0]"]["container_definitions"]) is bool(redis)
    assert ("aws_iam_role_policy.sse_execution_redis[0]" in made) is bool(redis)
    (statement,) = made["data.aws_iam_policy_document.sse_tasks"]["statement"]
    (condition,) = statement["condition"]
    assert (condition["test"], condition["variable"]) == ("StringEquals", "aws:SourceAccount")
    assert condition["values"] == ["123456789012"]


@pytest.mark.parametrize(
    ("file", "program", "given"),
    [
        ("lib/sse-service.ts", "lib/stack.ts", "redisUrlSecretArn: this.node.tryGetContext('sseRedisUrlSecretArn'),"),
        (
            "sse_fargate_service.py",
            "stack.py",
            'redis_url_secret_arn=self.node.try_get_context("sseRedisUrlSecretArn") or "",',
        ),
    ],
)
def test_a_program_of_the_cdk_reads_the_address_from_its_context(
    file: str, program: str, given: str, tmp_path: Path
) -> None:
    change = planned(tmp_path, APPLICATIONS[file]).changes[0]

    assert given in change.first[program]
    assert "STREAMS_REDIS_URL" in change.new[file]
    assert f"{NODES} " in change.new[file].partition("desired")[2].partition("\n")[0]


@pytest.mark.parametrize(
    ("file", "own_account"),
    [("lib/sse-service.ts", "Stack.of(this).account"), ("sse_fargate_service.py", "Stack.of(self).account")],
)
def test_nor_may_anybody_else_where_a_program_of_the_cdk_makes_the_roles(
    file: str, own_account: str, tmp_path: Path
) -> None:
    made = service(file, tmp_path)

    assert made.count("aws:SourceAccount") == made.count(own_account) == 1
    assert len(re.findall(r"\b(task|execution)_?role[:=] ?", made, re.IGNORECASE)) >= 2
    assert len(re.findall(r"assumed_?by[:=] ?tasks", made, re.IGNORECASE)) == made.count("iam.Role(") == 2


def test_the_pages_lead_to_several_by_a_setting_and_by_a_command_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, out = tmp_path / "app", tmp_path / "new"
    files = {name: dedent(text) for name, text in CODE.items()} | APPLICATIONS["sse-service.template.yaml"]
    write_texts(files, app)
    apply_plan(plan_migration(app, scan_application(app)), out)
    page, readme = ((out / name).read_text(encoding="utf-8") for name in ("MIGRATION.md", "README.md"))
    command = "ws2sse deploy . --out deploy"

    assert "one process, and so one point of failure" in " ".join(page.split())
    assert "the address: `SseRedisUrlSecretArn`. With it" in page
    assert f"\n{command}\n" in page
    assert f"`{command}`" in readme
    monkeypatch.chdir(out)
    done = CliRunner().invoke(deploy, command.split()[2:])
    assert done.exit_code in {0, 3}, done.output
    assert "STREAMS_REDIS_URL" in (out / "deploy" / "README.md").read_text(encoding="utf-8")
