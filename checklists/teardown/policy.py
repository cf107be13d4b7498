"""The least IAM policy with which a plan can be carried out and taken back: writing, only what it writes to.

Reading is a policy of its own: `ws2sse checklist iam-policy`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from checklists.teardown.allowed import operation_of
from checklists.teardown.model import Call, Step, TeardownPlan

IMPORTS: Final = ("cloudformation:ListExports", "cloudformation:ListImports")
"""Only a teardown reads them, so that the survey's policy does not have them. They can only be allowed on `*`."""


def write_policy(plan: TeardownPlan) -> dict[str, Any]:
    """A policy document; actions that may touch the same things share a statement. A stack is deleted with the
    permissions of its own role, or with those of whoever calls: they are not in it."""
    resources: defaultdict[str, set[str]] = defaultdict(set)
    for step in plan.steps:
        for call in (*step.made, *step.undo.calls):
            for action in operation_of(call).actions:
                resources[action].update(_resources(plan, step, call))
    actions: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for action, of in sorted(resources.items()):
        actions[tuple(sorted(of))].append(action)
    statements = [
        {"Effect": "Allow", "Action": names, "Resource": [*of]}
        for of, names in sorted(actions.items(), key=lambda pair: pair[1])
    ]
    if any(gate.name == "no_imports" for step in plan.steps for gate in step.gates):
        statements.append({"Effect": "Allow", "Action": [*IMPORTS], "Resource": ["*"]})
    return {"Version": "2012-10-17", "Statement": statements}


def _resources(plan: TeardownPlan, step: Step, call: Call) -> tuple[str, ...]:  # noqa: PLR0911 - one for each kind
    by = call.parameters
    gateway = f"arn:{plan.partition}:apigateway:{call.region}::"
    match call.service, call.operation:
        case "apigatewayv2", "update_stage" | "delete_stage":
            return (f"{gateway}/apis/{by['ApiId']}/stages/{by['StageName']}",)
        case "apigatewayv2", "create_deployment":
            return (f"{gateway}/apis/{by['ApiId']}/deployments",)
        case "apigatewayv2", "create_api_mapping":
            return (f"{gateway}/domainnames/{by['DomainName']}/apimappings",)
        case "lambda", "put_function_concurrency" | "delete_function_concurrency":
            return (f"arn:{plan.partition}:lambda:{call.region}:{plan.account}:function:{by['FunctionName']}",)
        case "route53", _:
            return (f"arn:{plan.partition}:route53:::hostedzone/{by['HostedZoneId']}",)
        case "logs", _:
            return (step.subject, f"{step.subject}:*")
        case _:
            return (step.subject,)
