"""What others use too is edited or kept, never deleted: on an AWS in this process."""

from __future__ import annotations

from checklists.aws import types
from migrator.scan import scan_application
from tests.awsfake import fake_aws
from tests.awsfake.estates import chat, shared
from tests.checklists.teardown.site import site_of
from tests.running import CHAT


def test_shared_infrastructure_is_kept_or_edited() -> None:
    with fake_aws(page_size=50) as aws:
        app = chat(aws, in_stack=False)
        others = shared(app)
        plan = site_of(aws, app, scan_application(CHAT)).plan
        assert not aws.calls.writes()
    names = {
        others.table, others.function, others.role, others.presence, others.reports, others.dashboard, others.alarm,
        others.domain, others.policy, others.user,
    }  # fmt: skip
    names = {_last(name) for name in names}
    deleted = [step for step in plan.steps if step.kind == "delete"]

    assert not {_last(step.subject) for step in deleted} & names
    assert not {step.type for step in deleted} & {
        types.TABLE,
        types.ROLE,
        types.DOMAIN,
        types.CERTIFICATE,
        types.POLICY,
    }
    edited = {_last(step.subject) for step in plan.steps if step.id.startswith("edit-")}
    assert {
        _last(one) for one in (others.function, others.role, others.policy, others.dashboard, others.alarm)
    } <= edited
    assert _last(others.table) in {kept.name for kept in plan.kept}
    brownout = next(step.brownout for step in plan.steps if step.brownout is not None)
    assert brownout.function.endswith(app.functions["connect"])


def _last(name: str) -> str:
    """Of a name or an ARN."""
    return name.replace("/", ":").rpartition(":")[2]
