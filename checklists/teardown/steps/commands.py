"""What a person types to remove something through the tool that deploys it."""

from __future__ import annotations

import shlex


def removal_command(manager: str, stack: str, region: str, *, whole: bool) -> str:
    name, where = shlex.quote(stack), shlex.quote(region)
    commands = {
        ("serverless", True): f"serverless remove --region {where}",
        ("serverless", False): f"serverless deploy --region {where}",
        ("sam", True): f"sam delete --stack-name {name} --region {where}",
        ("sam", False): f"sam build && sam deploy --stack-name {name} --region {where}",
        ("cdk", True): f"cdk destroy {name}",
        ("cdk", False): f"cdk diff {name} && cdk deploy {name}",
        ("cloudformation", True): f"aws cloudformation delete-stack --stack-name {name} --region {where}",
    }
    update = "aws cloudformation deploy --no-execute-changeset --template-file TEMPLATE"
    return commands.get((manager, whole), f"{update} --stack-name {name} --region {where}")


def tool_name(manager: str) -> str:
    return {"serverless": "the Serverless Framework", "sam": "SAM", "cdk": "the CDK"}.get(manager, "CloudFormation")
