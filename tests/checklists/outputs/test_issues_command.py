"""`ws2sse checklist issues`: the plan first, and nothing written unless it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checklists.outputs.github_like import REPOSITORY, TOKEN, GitHubLike, serving
from tests.running import invoke


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("app") / "small-chat"
    folder.mkdir()
    (folder / "page.js").write_text('const socket = new WebSocket("wss://chat.example.com");\n', "utf-8")
    return folder


@pytest.fixture
def like(monkeypatch):
    with serving(GitHubLike()) as one:
        monkeypatch.setenv("GITHUB_API_URL", one.address)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setattr("time.sleep", lambda _: None)
        here = "migrator.commands.checklist_building.isolated"  # another process for each scan is not what is tested
        monkeypatch.setattr(here, lambda scan: scan())
        yield one


def issues(app: Path, *more: object):
    return invoke("checklist", "issues", app, "--repo", REPOSITORY, *more)


def test_without_being_asked_it_only_shows_what_it_would_do(app, like):
    shown = issues(app)
    assert shown.returncode == 1
    assert "+ create        Leave WebSocket: small-chat (no issue has its marker)" in shown.stdout
    assert "Add --no-dry-run to do it." in shown.stderr
    assert "due dates count from today" in shown.stderr
    assert like.changes() == []


def test_it_acts_when_asked_and_a_second_time_there_is_nothing_to_do(app, like):
    assert issues(app, "--no-dry-run").returncode == 0
    assert like.titled("Leave WebSocket: small-chat")
    number = len(like.changes())
    again = issues(app, "--no-dry-run", "--format", "json")
    assert again.returncode == 0
    assert len(like.changes()) == number
    assert {step["kind"] for step in json.loads(again.stdout)["steps"]} == {"leave"}


def test_ticks_in_the_markdown_count(app, like, tmp_path):
    invoke("checklist", app, "--out", tmp_path)
    document = tmp_path / "checklist.md"
    title = "Tell the support team"
    document.write_text(document.read_text("utf-8").replace(f"- [ ] **{title}", f"- [x] **{title}"), "utf-8")
    assert "due dates count from today" not in issues(app, "--from", tmp_path, "--no-dry-run").stderr
    assert title not in [issue["title"] for issue in like.issues.values()]


def test_what_is_left_for_a_person_ends_with_3(app, like):
    issues(app, "--no-dry-run")
    like.edited_in_browser(2, state="closed")
    shown = issues(app)
    assert shown.returncode == 3
    assert "a person closed it, but it is not done" in shown.stdout


def test_the_token_comes_from_the_environment_or_a_file_and_is_never_shown(app, like, tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.delenv("GH_TOKEN", raising=False)
    none = issues(app)
    assert none.returncode == 2
    assert "Set GITHUB_TOKEN or GH_TOKEN" in none.stderr
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", "ascii")
    assert issues(app, "--token-file", file).returncode == 1
    file.write_text("ghp_wrong", "ascii")
    wrong = issues(app, "--token-file", file)
    assert wrong.returncode == 2
    assert "not valid, or has expired" in wrong.stderr
    assert "ghp_wrong" not in wrong.stdout + wrong.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--repo", "chat"), "is not a repository; give owner/name"),
        (("--api-url", "http://github.example"), "The token is not sent to http://github.example"),
    ],
)
def test_bad_input_is_one_sentence(app, like, options, says):
    result = issues(app, *options)
    assert result.returncode == 2
    assert says in result.stderr
