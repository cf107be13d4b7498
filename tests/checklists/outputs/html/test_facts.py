from datetime import UTC, datetime

from checklists.evidence import Fact
from checklists.outputs.html.facts import alike

NOW = datetime(2026, 9, 7, tzinfo=UTC)


def fact(subject: str, value: object = True, at: datetime = NOW) -> Fact:
    return Fact.model_validate(
        {"id": "aws.owned", "source": "aws", "subject": subject, "value": value, "observed_at": at}
    )


def test_what_differs_in_value_or_time_is_told_apart():
    later = NOW.replace(hour=1)
    assert len(alike([fact("a"), fact("b", False), fact("c", at=later), fact("d", 1)])) == 4


def test_the_same_of_several_subjects_is_told_once_in_the_order_of_the_first():
    found = alike([fact("a"), fact("b", False), fact("c")])
    assert [[one.subject for one in group.facts] for group in found] == [["a", "c"], ["b"]]
    assert [group.first.subject for group in found] == ["a", "b"]
