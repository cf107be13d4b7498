"""`ws2sse checklist iam-policy`."""

from __future__ import annotations

import json

import click

from checklists.aws.permissions import iam_policy


@click.command("iam-policy")
@click.option("--account", metavar="ID", default="*", help="Account that may be read. Default: any.")
@click.option("--region", metavar="NAME", default="*", help="Region that may be read. Default: any.")
@click.option("--partition", metavar="NAME", default="aws", show_default=True, help="aws-cn, aws-us-gov, ...")
@click.option("--billed", is_flag=True, help="Also allow to ask Cost Explorer what was billed.")
def policy_command(account: str, region: str, partition: str, billed: bool) -> None:
    """Prints the least IAM policy with which --aws gets every question answered. It allows reading only.

    \b
    Examples:
      ws2sse checklist iam-policy
      ws2sse checklist iam-policy --account 111122223333 --region eu-central-1 > policy.json
    """
    if account != "*" and not (len(account) == 12 and account.isascii() and account.isdecimal()):
        raise click.BadParameter(f"{account!r} is not an account's id of 12 digits", param_hint="'--account'")
    policy = iam_policy(partition=partition, account=account, region=region, billed=billed)
    click.echo(json.dumps(policy, indent=2))
