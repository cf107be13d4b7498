"""Who may: exclusive policies and roles, roles last."""

from __future__ import annotations

from checklists.aws import types
from checklists.aws.estate import Thing
from checklists.json_values import mapping, texts
from checklists.teardown.model import Call, Step, Undo
from checklists.teardown.situation import Situation
from checklists.teardown.steps.parts import absent, call, called, ids, no_referrers, not_kept, unchanged


def permissions(situation: Situation, before: list[Step]) -> list[Step]:
    waits = ids(before, "stacks", "apis", "triggers", "functions", "tables") or ids(before, "quiet", "snapshot")
    roles = [_role(role, waits, situation) for role in situation.deleted(types.ROLE)]
    detached = tuple(step.id for step in roles) or waits
    return [*roles, *(_policy(policy, detached, situation) for policy in situation.deleted(types.POLICY))]


def _role(role: Thing, waits: tuple[str, ...], situation: Situation) -> Step:
    """A role is deleted only without policies. https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
    calls: list[Call] = [
        call(role, "iam.detach_role_policy", RoleName=role.id, PolicyArn=arn)
        for arn in texts(role.properties.get("AttachedPolicies"))
    ]
    calls += [
        call(role, "iam.delete_role_policy", RoleName=role.id, PolicyName=name)
        for name in mapping(role.properties.get("Policies"))
    ]
    return Step(
        id=f"delete-role {role.arn}",
        number=0,
        phase="permissions",
        kind="delete",
        subject=role.arn,
        type=role.type,
        title=f"Delete {called(role)}",
        why="Only what is gone by now assumed it",
        users=situation.users_of(role.arn),
        gates=(unchanged(role), no_referrers(role), not_kept(role)),
        depends_on=waits,
        calls=(*calls, call(role, "iam.delete_role", RoleName=role.id)),
        checks=(absent(role),),
        undo=Undo(
            words="It can be made again from the snapshot, under the same ARN. Trust in it by others is by its id, "
            "which is another, and has to be given again."
        ),
    )


def _policy(policy: Thing, waits: tuple[str, ...], situation: Situation) -> Step:
    """Its other versions go first. https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html"""
    default = policy.properties.get("DefaultVersionId")
    older = [one for one in texts(policy.properties.get("VersionIds")) if one != default]
    return Step(
        id=f"delete-policy {policy.arn}",
        number=0,
        phase="permissions",
        kind="delete",
        subject=policy.arn,
        type=policy.type,
        title=f"Delete {called(policy)}",
        why="It is attached to nothing that stays",
        users=situation.users_of(policy.arn),
        gates=(unchanged(policy), no_referrers(policy), not_kept(policy)),
        depends_on=waits,
        calls=(
            *(call(policy, "iam.delete_policy_version", PolicyArn=policy.arn, VersionId=str(one)) for one in older),
            call(policy, "iam.delete_policy", PolicyArn=policy.arn),
        ),
        checks=(absent(policy),),
        undo=Undo(words="It can be made again from the snapshot, under the same ARN."),
    )
