"""Who owns a file: as GitHub reads CODEOWNERS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checklists.codeowners import Codeowners, codeowners, parse

PAGE = """
# a comment
*               @everybody
*.js            @web   # inline
/build/logs/    @logs
docs/*          docs@example.com
apps/           @apps
/scripts/       @one @two
**/logs         @logs-anywhere
/apps/github    @github
/apps/nobodys
/a\\ b/          @spaced
!not-understood @x
[Section]       @y
"""


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("readme.md", "@everybody"),
        ("src/x.js", "@web"),
        ("build/logs/a/b.txt", "@logs-anywhere"),
        ("deep/build/logs/a.js", "@logs-anywhere"),
        ("docs/getting-started.md", "docs@example.com"),
        ("docs/build-app/troubleshooting.md", "@everybody"),
        ("deep/apps/x.py", "@apps"),
        ("scripts/a/b.sh", "@one @two"),
        ("apps/github/x.py", "@github"),
        ("apps/nobodys/x.py", ""),
        ("a b/c.py", "@spaced"),
    ],
)
def test_the_last_rule_that_fits_counts(path, owner):
    assert Codeowners(parse(PAGE)).of(path) == owner


def test_paths_are_told_from_the_repository(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").write_text("/services/chat/ @chat\n")
    (tmp_path / "CODEOWNERS").write_text("* @nobody\n")
    app = tmp_path / "services" / "chat"
    app.mkdir(parents=True)
    rules = codeowners(app)
    assert rules.of("handlers/connect.py") == "@chat"
    assert rules.of("") == "@chat"
    assert codeowners(tmp_path).of("other/x.py") == ""


def test_without_a_file_nobody_is_known(tmp_path):
    assert codeowners(tmp_path).of("x.py") == ""


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    (tmp_path / "CODEOWNERS").write_bytes(b"* @x\n" + b"#" * 3 * 1024 * 1024)
    assert codeowners(tmp_path).of("x.py") == ""


@given(st.text(), st.text())
def test_any_file_is_read(text, path):
    assert isinstance(Codeowners(parse(text)).of(path), str)
