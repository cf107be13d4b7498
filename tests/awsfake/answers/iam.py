"""What IAM refuses, and moto does not.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
"""

from __future__ import annotations

from moto.backends import get_backend

from tests.awsfake.errors import AwsError
from tests.awsfake.request import Answer, Request, amends, guards


@guards("iam:DeletePolicy")
def policy_in_use(request: Request) -> None:
    """It is detached first, and all versions but the default are deleted."""
    policy = get_backend("iam")[request.account]["aws"].managed_policies.get(request.parameters["PolicyArn"])
    if policy is None:
        return
    if policy.attachment_count:
        raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.", 409)
    if len(policy.versions) > 1:
        raise AwsError(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy.",
            409,
        )


@amends("iam:GetAccountAuthorizationDetails")
def policies_have_names(request: Request, answer: Answer) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html: moto leaves name and id out."""
    policies = get_backend("iam")[request.account]["aws"].managed_policies
    for one in answer.get("Policies", ()):
        held = policies[one["Arn"]]
        one["PolicyName"], one["PolicyId"] = held.name, held.id
