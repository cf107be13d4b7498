"""A plan as a shell script to review: the calls of each step in the spelling of the AWS CLI, with why and how back."""

from __future__ import annotations

from functools import partial

from checklists.teardown.commands import cli_command
from checklists.teardown.model import GATES, TeardownPlan
from templates import render


def to_script(plan: TeardownPlan) -> str:
    """For Bash. Names from AWS stand in it only quoted, or spelled out in comments."""
    numbers = {step.id: step.number for step in plan.steps}
    return render(
        "teardown/script.sh.j2",
        plan=plan,
        cli=partial(cli_command, partition=plan.partition),
        gates=GATES,
        numbers=numbers,
    )
