"""What is left alone and left out comes first: the text is that of an application which is only looked at."""

from __future__ import annotations

import time
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.dependencies.declared import requirements_of
from migrator.dependencies.requirement import is_requirement, name_of
from migrator.inventory.model import Handler, Inventory


def inventory(*folders: tuple[str, tuple[str, ...]]) -> Inventory:
    handlers = tuple(
        Handler(
            id=f"{root}/app.py:f",
            path=f"{root}/app.py",
            root=root,
            module="app",
            function="f",
            language="python",
            import_path=layers,
        )
        for root, layers in folders
    )
    return Inventory(application="app", handlers=handlers)


def found(app: Path, *folders: tuple[str, tuple[str, ...]], **files: str):
    for name, text in files.items():
        path = app / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    return requirements_of(app, inventory(*folders))


def test_an_application_that_declares_nothing_has_no_requirements(tmp_path):
    assert found(tmp_path, (".", ())).lines == ()


def test_folders_that_no_function_imports_from_are_left_alone(tmp_path):
    assert found(tmp_path, ("src", ()), tools__requirements_dot_txt="black\n").lines == ()


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://evil.example/simple",
        "--extra-index-url https://evil.example/simple",
        "--find-links ./wheels",
        "--pre",
        "-c constraints.txt",
        "-e .",
        "./vendored",
        "../outside",
        "file:///etc",
        "requests; python_version<'3' ; os.system('x')",
        "a b",
        "$(touch x)",
    ],
)
def test_options_folders_and_what_makes_no_sense_are_left_out_and_said(tmp_path, line):
    requirements = found(tmp_path, (".", ()), requirements_dot_txt=f"{line}\nboto3\n")
    assert requirements.lines == ("boto3",)
    assert requirements.build == ()
    (told,) = requirements.left_out
    assert told.startswith("requirements.txt: ")


def test_a_file_outside_of_the_application_is_not_read(tmp_path):
    (tmp_path / "secret.txt").write_text("boto3\n")
    app = tmp_path / "app"
    requirements = found(app, (".", ("../..",)), requirements_dot_txt="-r ../secret.txt\n")
    assert requirements.lines == ()
    assert requirements.left_out == ("../secret.txt is not in the application",)
    (app / "requirements.txt").unlink()
    (app / "requirements.txt").symlink_to(tmp_path / "secret.txt")
    assert requirements_of(app, inventory((".", ()))).lines == ()


def test_what_comes_from_an_address_is_apart(tmp_path):
    requirements = found(
        tmp_path,
        (".", ()),
        requirements_dot_txt="git+https://github.com/a/b@v1\nc @ https://example.org/c.tar.gz\nd\n",
    )
    assert requirements.lines == ("d",)
    assert requirements.build == ("c @ https://example.org/c.tar.gz", "git+https://github.com/a/b@v1")


def test_requirements_of_code_roots_and_layers_with_what_they_include(tmp_path):
    requirements = found(
        tmp_path,
        ("src/chat", ("layers/shared/python",)),
        ("src/chat", ()),
        src__chat__requirements_dot_txt="""\
            # comment
            -r base.txt
            PyJWT[crypto]>=2.8,<3  # signed tokens
            requests==2.31.0 \\
                --hash=sha256:abc
            tomli>=2; python_version < "3.11"
            """,
        src__chat__base_dot_txt="-r requirements.txt\nhttpx\n",
        layers__shared__requirements_dot_txt="aws-lambda-powertools[parser]~=3.1\n",
    )
    assert requirements.lines == (
        "PyJWT[crypto]>=2.8,<3",
        "aws-lambda-powertools[parser]~=3.1",
        "httpx",
        "requests==2.31.0",
        'tomli>=2; python_version < "3.11"',
    )
    assert requirements.files == (
        "src/chat/requirements.txt",
        "src/chat/base.txt",
        "layers/shared/requirements.txt",
    )


def test_a_pipfile(tmp_path):
    requirements = found(
        tmp_path,
        (".", ()),
        Pipfile="""\
            [packages]
            requests = "*"
            boto3 = ">=1.30"
            pyjwt = {version = "==2.8.0", extras = ["crypto"], markers = "python_version > '3.8'"}
            ours = {path = "./ours", editable = true}
            theirs = {git = "https://github.com/a/theirs.git"}

            [dev-packages]
            pytest = "*"
            """,
    )
    assert requirements.lines == ("boto3>=1.30", "pyjwt[crypto]==2.8.0; python_version > '3.8'", "requests")
    assert requirements.build == ("theirs @ git+https://github.com/a/theirs.git",)
    assert requirements.left_out == ("Pipfile: ours, which is a folder",)


def test_a_project_of_the_standard_and_one_of_poetry(tmp_path):
    standard = found(
        tmp_path / "a",
        (".", ()),
        pyproject_dot_toml='[project]\ndependencies = ["httpx>=0.27", "x @ https://x", "y @ file:///y"]\n',
    )
    assert (standard.lines, standard.build) == (("httpx>=0.27",), ("x @ https://x",))
    assert standard.left_out == ("pyproject.toml: y @ file:///y",)
    poetry = found(
        tmp_path / "b",
        (".", ()),
        pyproject_dot_toml="""\
            [tool.poetry.dependencies]
            python = "^3.11"
            caret = "^1.2.3"
            zero = "^0.2.3"
            tilde = "~1.4"
            exact = "2.0"
            any = "*"
            extra = {version = "^5", extras = ["a", "b"]}
            maybe = {version = "1", optional = true}
            """,
    )
    assert poetry.lines == (
        "any",
        "caret>=1.2.3,<2",
        "exact==2.0",
        "extra[a,b]>=5,<6",
        "tilde>=1.4,<1.5",
        "zero>=0.2.3,<0.3",
    )


@pytest.mark.parametrize("text", ["[project", "\x00", "dependencies = 1\n", "[project]\ndependencies = {a = 1}\n"])
def test_a_file_of_another_shape_gives_nothing(tmp_path, text):
    assert found(tmp_path, (".", ()), pyproject_dot_toml=text).lines == ()


HIDING = ["b; x{end}--index-url https://evil.example", "b{end}--pre", "--index-url https://evil.example"]


@pytest.mark.parametrize("end", ["\\n", "\\r", "\\u000b", "\\u0085", "\\u2028"])
@pytest.mark.parametrize("hiding", HIDING)
def test_no_option_of_pip_hides_in_a_table(tmp_path, hiding, end):
    text = hiding.format(end=end)
    project = found(tmp_path / "a", (".", ()), pyproject_dot_toml=f'[project]\ndependencies = ["{text}"]\n')
    pipfile = found(tmp_path / "b", (".", ()), Pipfile=f'[packages]\n"{text}" = "*"\n')
    for line in (*project.lines, *project.build, *pipfile.lines, *pipfile.build):
        assert len(line.splitlines()) == 1
        assert not line.startswith("-")


def test_many_blanks_take_no_time():
    began = time.process_time()
    assert not is_requirement("a" + " " * 20_000 + "b")
    assert time.process_time() - began < 5


def test_a_revision_of_git_is_kept(tmp_path):
    of_tag = found(tmp_path, (".", ()), Pipfile='[packages]\na = {git = "https://g.example/a", tag = "v1"}\n')
    assert of_tag.build == ("a @ git+https://g.example/a@v1",)


def test_no_secret_of_an_address_is_told(tmp_path):
    told = found(
        tmp_path, (".", ()), requirements_dot_txt="--index-url https://me:hunter2-secret@pypi.example/simple\n"
    )
    assert "hunter2" not in "".join(told.left_out)
    assert "--index-url" in told.left_out[0]


def test_a_table_of_another_shape_gives_nothing(tmp_path):
    assert found(tmp_path, (".", ()), pyproject_dot_toml='[tool.poetry]\ndependencies = ["requests"]\n').lines == ()


@given(st.text(max_size=60))
def test_a_requirement_is_one_line_without_an_option(text):
    if is_requirement(text):
        assert not text.startswith("-")
        assert text.splitlines() == [text]
        assert name_of(text)
