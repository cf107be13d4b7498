"""What makes two findings the same."""

from datetime import UTC, datetime

from checklists.evidence import Evidence, Fact

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def _fact(**changed: object) -> Fact:
    said = {"id": "git.removed_in", "source": "git", "subject": "chat.py", "value": "abc", "observed_at": NOW}
    return Fact.model_validate({**said, **changed})


def test_the_same_observation_at_another_time_has_the_same_digest():
    later = _fact(observed_at=NOW.replace(year=2027))
    assert later.digest == _fact().digest
    assert Evidence(verdict="supports", summary="s", facts=(later,)).digest == (
        Evidence(verdict="supports", summary="s", facts=(_fact(),)).digest
    )


def test_another_observation_has_another_digest():
    assert _fact(value="abd").digest != _fact().digest
    assert Evidence(verdict="no_data", summary="s").digest != Evidence(verdict="error", summary="s").digest


def test_a_digest_can_be_made_of_any_text():
    assert len(_fact(value="\ud800").digest) == 64
