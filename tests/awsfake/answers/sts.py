"""Who asks. https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html"""

from __future__ import annotations

from datetime import timedelta

from tests.awsfake.request import Answer, Request, answers


@answers("sts:GetCallerIdentity")
def get_caller_identity(request: Request) -> Answer:
    return {
        "UserId": "AROAFAKE:test",
        "Account": request.account,
        "Arn": f"arn:aws:sts::{request.account}:assumed-role/reader/test",
    }


@answers("sts:AssumeRole")
def assume_role(request: Request) -> Answer:
    arn = request.parameters["RoleArn"]
    account = arn.split(":")[4]
    return {
        "Credentials": {
            "AccessKeyId": f"ASIA{account}",
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": request.world.clock.now() + timedelta(hours=1),
        },
        "AssumedRoleUser": {"AssumedRoleId": "AROAFAKE:test", "Arn": arn.replace(":iam:", ":sts:")},
    }


@answers("iam:ListAccountAliases")
def list_account_aliases(request: Request) -> Answer:
    alias = request.world.aliases.get(request.account)
    return {"AccountAliases": [alias] if alias else [], "IsTruncated": False}
