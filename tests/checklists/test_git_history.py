"""What git tells, and what is never run to learn it."""

import os
import subprocess

import pytest

from checklists.git_history import commit_of, removals


@pytest.fixture
def repository(tmp_path):
    def git(*arguments: str) -> None:
        said = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_DATE": "2026-09-01T10:00:00Z",
            "GIT_COMMITTER_DATE": "2026-09-01T10:00:00Z",
        }
        who = ["-c", "user.name=Mia", "-c", "user.email=mia@example.com"]
        subprocess.run(["git", *who, "-C", str(tmp_path), *arguments], check=True, capture_output=True, env=said)

    git("init", "-q")
    (tmp_path / "push.py").write_text("client.post_to_connection()\n")
    git("add", ".")
    git("commit", "-qm", "a")
    (tmp_path / "push.py").write_text("publish()\n")
    git("commit", "-qam", "b")
    return tmp_path


def test_outside_of_a_repository_nothing_is_told(tmp_path):
    assert commit_of(tmp_path) == ""
    assert removals(tmp_path) == ()


def test_the_commit_that_took_the_last_use_out_is_told(repository):
    (found,) = removals(repository)
    assert (found.word, found.commit, found.author) == ("post_to_connection", commit_of(repository), "Mia")
    assert found.at.isoformat() == "2026-09-01T10:00:00+00:00"


def test_nothing_that_the_repository_names_is_run(repository):
    """Its configuration and its attributes are somebody else's."""
    trap, ran = repository / "trap", repository / "ran"
    trap.write_text(f"#!/bin/sh\ntouch {ran}\n")
    trap.chmod(0o755)
    config = repository / ".git" / "config"
    config.write_text(
        config.read_text()
        + f"[core]\nfsmonitor = {trap}\npager = {trap}\nhooksPath = {repository}\nsshCommand = {trap}\n"
        + f'[diff]\nexternal = {trap}\n[diff "t"]\ntextconv = {trap}\ncommand = {trap}\n'
        + f"[log]\nshowSignature = true\n[gpg]\nprogram = {trap}\n"
        + f'[filter "t"]\nsmudge = {trap}\nclean = {trap}\n'
    )
    (repository / ".gitattributes").write_text("* diff=t filter=t\n")
    assert len(removals(repository)) == 1
    assert commit_of(repository)
    assert not ran.exists()
