"""Issues follow the checklist: found again by their markers, and what people do to them counts more than what we would."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checklists.model import STATUSES, Checklist, Entry, Status
from checklists.outputs.github import GitHub, Plan, carry_out, look, plan
from checklists.outputs.github.errors import (
    AddressUnsafe,
    AnswerInvalid,
    GitHubBusy,
    GitHubRefused,
    GitHubUnreachable,
    RepositoryNameInvalid,
)
from checklists.outputs.github.issues import LABEL
from checklists.outputs.github.wanted import wanted
from tests.checklists.outputs.github_like import REPOSITORY, TOKEN, GitHubLike, primary, secondary, serving
from tests.checklists.outputs.rich import entry, rich

NOW = 1_800_000_000.0


def at(address: str, *, token: str = TOKEN, wait=lambda _: None) -> GitHub:
    """Without the certificates of an encrypted connection, which take longer to load than all else."""
    return GitHub(
        REPOSITORY, token, wait=wait, now=lambda: NOW, api=address, transport=httpx.HTTPTransport(verify=False)
    )


@pytest.fixture
def like():
    with serving(GitHubLike(page=3)) as one:
        yield one


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def github(like, waits):
    with at(like.address, wait=waits.append) as one:
        yield one


def checklist(*statuses: Status, **changes: object) -> Checklist:
    """Items ITEM-0, ITEM-1, … with these statuses, each after the one before."""
    entries = tuple(entry(number, status) for number, status in enumerate(statuses))
    return rich().model_copy(update={"entries": entries, **changes})


def planned(github: GitHub, of: Checklist) -> Plan:
    wants = wanted(of)
    return plan(wants, look(github, of.application, wants))


def synced(github: GitHub, of: Checklist) -> list[str]:
    """What was done, line by line."""
    wants = wanted(of)
    found = look(github, of.application, wants)
    lines: list[str] = []
    carry_out(plan(wants, found), found, github, of.application, lines.append)
    return lines


def kinds(made: Plan) -> dict[str, str]:
    return {step.wanted.item: step.kind for step in made.steps}


class TestLeftAlone:
    def test_a_plan_changes_nothing(self, github, like):
        made = planned(github, checklist("not_started", "blocked"))
        assert kinds(made) == {"": "create", "ITEM-0": "create", "ITEM-1": "create"}
        assert like.changes() == []

    def test_what_is_up_to_date(self, github, like):
        of = checklist("not_started", "blocked", "in_progress")
        synced(github, of)
        before = len(like.changes())
        assert synced(github, of) == []
        assert planned(github, of).empty
        assert len(like.changes()) == before

    def test_a_later_day_alone_is_no_reason_to_write(self, github):
        of = checklist("not_started", "in_progress")
        synced(github, of)
        later = of.model_copy(update={"as_of": of.as_of.replace(day=28)})
        assert planned(github, later).empty

    def test_what_was_done_before_it_had_an_issue(self, github, like):
        synced(github, checklist("done", "not_started"))
        assert [issue["title"] for issue in like.issues.values()] == ["Leave WebSocket: chat", "Do thing 1"]

    def test_what_people_write_around_our_block_and_their_titles_and_labels(self, github, like):
        synced(github, checklist("not_started"))
        issue = like.titled("Do thing 0")
        like.edited_in_browser(
            issue["number"],
            title="Mine: thing 0",
            body=f"Before.\n\n{issue['body']}\n\nAfter, with @mia",
            labels=[*issue["labels"], {"name": "team-a"}],
        )
        synced(github, checklist("in_progress"))
        issue = like.titled("Mine: thing 0")
        assert issue["body"].startswith("Before.\r\n\r\n<!-- ws2sse:item=ITEM-0 -->")
        assert issue["body"].endswith("-->\r\n\r\nAfter, with @mia")
        assert "**in progress**" in issue["body"]
        assert {"team-a", LABEL} <= {label["name"] for label in issue["labels"]}

    def test_a_browser_that_only_changed_line_ends_is_no_reason_to_write(self, github, like):
        of = checklist("not_started")
        synced(github, of)
        issue = like.titled("Do thing 0")
        like.edited_in_browser(issue["number"], body=issue["body"])
        assert planned(github, of).empty

    def test_an_issue_that_a_person_reopened_without_new_evidence(self, github, like):
        synced(github, checklist("not_started", "not_started"))
        done = checklist("done", "not_started")
        synced(github, done)
        number = like.titled("Do thing 0")["number"]
        like.edited_in_browser(number, state="open")
        (step,) = [step for step in planned(github, done).steps if step.wanted.item == "ITEM-0"]
        assert (step.kind, step.for_a_person) == ("leave", True)
        assert step.why == "a person reopened it, and there is no new evidence"
        synced(github, done)
        assert like.issues[number]["state"] == "open"

    def test_an_issue_that_a_person_closed_though_it_is_not_done(self, github, like):
        of = checklist("not_started")
        synced(github, of)
        number = like.titled("Do thing 0")["number"]
        like.edited_in_browser(number, state="closed", state_reason="not_planned")
        (step,) = [step for step in planned(github, of).steps if step.wanted.item == "ITEM-0"]
        assert (step.kind, step.why, step.for_a_person) == ("leave", "a person closed it, but it is not done", True)
        synced(github, of)
        assert like.issues[number]["state_reason"] == "not_planned"

    def test_an_issue_whose_markers_are_damaged(self, github, like):
        of = checklist("not_started")
        synced(github, of)
        number = like.titled("Do thing 0")["number"]
        body = like.issues[number]["body"]
        like.edited_in_browser(number, body=body[: body.index("<!-- ws2sse:end")] + "rest")
        made = planned(github, of)
        (step,) = [step for step in made.steps if f"#{number}" in step.why]
        assert step.for_a_person
        assert "1 begin and 0 end markers" in step.why

    def test_a_copy_of_an_issue_with_the_same_marker(self, github, like):
        of = checklist("not_started")
        synced(github, of)
        first = like.titled("Do thing 0")
        like.issues[9] = {**first, "number": 9, "id": 7_000_009, "title": "A copy"}
        assert kinds(planned(github, of))["ITEM-0"] == "leave"
        synced(github, checklist("in_progress"))
        assert "in progress" not in like.issues[9]["body"]

    def test_issues_of_another_application_in_the_same_repository(self, github, like):
        synced(github, checklist("not_started"))
        synced(github, checklist("not_started", application="shop"))
        assert len(like.issues) == 4
        assert planned(github, checklist("not_started")).empty

    def test_pull_requests_and_issues_without_our_marker(self, github, like):
        labels = [{"name": LABEL}]
        block = "<!-- ws2sse:item=ITEM-0 -->\nx\n<!-- ws2sse:end app=chat evidence= state=open -->"
        like.issues[1] = {"number": 1, "id": 1, "title": "PR", "body": block, "state": "open", "labels": labels}
        like.issues[1]["pull_request"] = {"url": "…"}
        like.issues[2] = {"number": 2, "id": 2, "title": "Other", "body": None, "state": "open", "labels": labels}
        synced(github, checklist("not_started"))
        assert like.issues[1]["body"] == block
        assert like.issues[2]["body"] is None

    def test_an_item_that_the_catalogue_lost(self, github, like):
        synced(github, checklist("not_started", "not_started"))
        (step,) = [s for s in planned(github, checklist("not_started")).steps if s.wanted.item == "ITEM-1"]
        assert (step.kind, step.why) == ("leave", "the checklist no longer has this item")

    def test_an_issue_that_changed_between_plan_and_act(self, github, like):
        of = checklist("not_started")
        synced(github, of)
        done = checklist("done")
        wants = wanted(done)
        found = look(github, "chat", wants)
        number = like.titled("Do thing 0")["number"]
        like.edited_in_browser(number, state="closed")
        said = carry_out(plan(wants, found), found, github, "chat", lambda _: None)
        assert f"#{number} was changed by somebody meanwhile" in said.left


class TestMade:
    def test_one_parent_sub_issues_and_what_blocks_what(self, github, like):
        synced(github, checklist("not_started", "blocked", "blocked"))
        parent = like.titled("Leave WebSocket: chat")
        ids = [like.titled(f"Do thing {number}")["id"] for number in range(3)]
        assert like.children[parent["number"]] == ids
        assert like.blockers[like.titled("Do thing 1")["number"]] == [ids[0]]
        assert like.blockers[like.titled("Do thing 2")["number"]] == [ids[1]]

    def test_an_issue_says_what_to_do_and_carries_its_marker_and_labels(self, github, like):
        synced(github, checklist("regressed"))
        issue = like.titled("Do thing 0")
        assert issue["body"].startswith("<!-- ws2sse:item=ITEM-0 -->\n**regressed**: because of regressed\n")
        assert "- evidence, speaks against it: 0 of 20 sites are left." in issue["body"]
        assert {label["name"] for label in issue["labels"]} == {
            "ws2sse",
            "ws2sse:developer",
            "ws2sse:discover",
            "ws2sse:regressed",
        }

    def test_done_closes_and_regressed_opens_again(self, github, like):
        synced(github, checklist("not_started", "not_started"))
        assert "close #2: Do thing 0" in synced(github, checklist("done", "not_started"))
        assert like.issues[2]["state_reason"] == "completed"
        assert "reopen #2: Do thing 0" in synced(github, checklist("regressed", "not_started"))
        assert (like.issues[2]["state"], like.issues[2]["state_reason"]) == ("open", "reopened")

    def test_new_evidence_closes_what_a_person_reopened(self, github, like):
        synced(github, checklist("not_started"))
        synced(github, checklist("done"))
        like.edited_in_browser(2, state="open")
        synced(github, checklist("in_progress"))
        synced(github, checklist("done"))
        assert like.issues[2]["state"] == "closed"

    def test_the_parent_closes_when_nothing_is_left(self, github, like):
        synced(github, checklist("not_started"))
        synced(github, checklist("done"))
        assert like.titled("Leave WebSocket")["state"] == "closed"

    def test_a_run_that_broke_off_is_finished_by_the_next(self, github, like):
        of = checklist("not_started", "blocked", "blocked")
        like.faults = [("POST", (502, {"message": "Server Error"}, {}))]
        with pytest.raises(GitHubRefused):
            synced(github, of)
        synced(github, of)
        assert len(like.issues) == 4
        assert planned(github, of).empty

    def test_an_issue_that_lost_its_label_is_found_as_a_sub_issue(self, github, like):
        of = checklist("not_started")
        synced(github, of)
        like.edited_in_browser(2, labels=[])
        assert kinds(planned(github, of))["ITEM-0"] == "update"
        synced(github, of)
        assert len(like.issues) == 2

    def test_more_sub_issues_than_a_parent_takes_stand_beside_it(self, like, github):
        like.page = 100
        of = checklist(*(["not_started"] * 104))
        made = planned(github, of)
        assert len(made.attach) == 100
        assert made.notes[0].startswith("A parent has at most 100 sub-issues; 4 issues stand beside it")


class TestLimits:
    def test_a_secondary_limit_is_waited_for_as_long_as_it_says(self, github, like, waits):
        like.faults = [("GET", secondary(7))]
        synced(github, checklist("not_started"))
        assert waits[0] == 7.0

    def test_a_secondary_limit_without_a_time_waits_a_minute_and_then_longer(self, github, like, waits):
        like.faults = [("GET", secondary(None)), ("GET", secondary(None))]
        planned(github, checklist("not_started"))
        assert waits == [60.0, 120.0]

    def test_the_primary_limit_is_waited_for_until_its_reset(self, github, like, waits):
        like.faults = [("GET", primary(int(NOW) + 90))]
        planned(github, checklist("not_started"))
        assert waits == [91.0]

    def test_a_limit_that_asks_for_hours_ends_the_run(self, github, like, waits):
        like.faults = [("GET", secondary(50_000))]
        with pytest.raises(GitHubBusy, match="asks to wait 50000 s"):
            planned(github, checklist("not_started"))
        assert waits == []

    def test_a_limit_that_does_not_end_ends_the_run(self, github, like):
        like.faults = [("GET", secondary(1))] * 5
        with pytest.raises(GitHubBusy):
            planned(github, checklist("not_started"))

    def test_between_two_changes_is_a_second(self, github, like, waits):
        synced(github, checklist("not_started", "not_started"))
        assert waits == [1.0] * (len(like.changes()) - 1)


class TestErrors:
    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            ((404, {"message": "Not Found"}, {}), "no such repository, or the token may not see it"),
            ((403, {"message": "Resource not accessible by personal access token"}, {}), "Issues: write"),
            ((410, {"message": "Issues are disabled for this repo"}, {}), "Issues are switched off"),
            ((500, b"<html>oops</html>", {}), "500"),
        ],
    )
    def test_a_refusal_says_what_to_do_and_changes_nothing(self, github, like, answer, says):
        like.faults = [("GET", answer)]
        with pytest.raises(GitHubRefused, match=says):
            synced(github, checklist("not_started"))
        assert like.changes() == []

    def test_a_wrong_token_is_said_and_never_shown(self, like):
        with (
            at(like.address, token="ghp_secret") as github,
            pytest.raises(GitHubRefused) as raised,
        ):
            planned(github, checklist("not_started"))
        assert "not valid, or has expired" in str(raised.value)
        assert "ghp_secret" not in repr(raised.value) + str(raised.value) + repr(vars(raised.value))

    def test_what_github_finds_wrong_is_said(self, github, like):
        wrong = {"message": "Validation Failed", "errors": [{"field": "title", "message": "title is too long"}]}
        like.faults = [("POST", (422, wrong, {}))]
        with pytest.raises(GitHubRefused, match="Validation Failed title is too long"):
            synced(github, checklist("not_started"))

    @pytest.mark.parametrize("answer", [b"not json", {"message": "no list"}, [1, 2], [{"number": "x"}]])
    def test_an_answer_that_is_not_what_was_asked_for(self, github, like, answer):
        like.faults = [("GET", (200, answer, {}))]
        with pytest.raises(AnswerInvalid):
            planned(github, checklist("not_started"))

    def test_a_next_page_on_another_host_gets_no_token(self, github, like):
        like.faults = [("GET", (200, [], {"Link": '<https://evil.example/issues?page=2>; rel="next"'}))]
        with pytest.raises(AddressUnsafe, match=r"evil\.example"):
            planned(github, checklist("not_started"))

    def test_nobody_answers(self):
        with (
            at("http://127.0.0.1:1") as github,
            pytest.raises(GitHubUnreachable, match="Run it again to continue"),
        ):
            planned(github, checklist("not_started"))

    def test_a_token_is_not_sent_without_encryption(self):
        with pytest.raises(AddressUnsafe):
            at("http://github.example")

    @pytest.mark.parametrize("name", ["chat", "a/b/c", "../x", "a/..", "a b/c", ""])
    def test_a_name_that_is_no_repository(self, name):
        with pytest.raises(RepositoryNameInvalid):
            GitHub(name, TOKEN, wait=lambda _: None, now=lambda: NOW)


def test_entries_of_the_rich_list_all_get_an_issue_but_those_that_do_not_apply():
    of: Checklist = rich()
    applying: list[Entry] = [one for one in of.entries if one.status != "not_applicable"]
    assert [one.item for one in wanted(of)] == ["", *(one.item.id for one in applying)]


@settings(max_examples=15, deadline=None)
@given(rounds=st.lists(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=4), min_size=1, max_size=3))
def test_after_any_change_one_run_is_enough_and_no_item_has_two_issues(rounds):
    with serving(GitHubLike(page=3)) as like, at(like.address) as github:
        for statuses in rounds:
            of = checklist(*statuses)
            synced(github, of)
            assert planned(github, of).empty
            open_ = {issue["title"] for issue in like.issues.values() if issue["state"] == "open"}
            wants = wanted(of)
            assert {one.title for one in wants if not one.done} <= open_
            assert not {one.title for one in wants if one.done} & open_
        titles = [issue["title"] for issue in like.issues.values()]
        assert len(titles) == len(set(titles))
