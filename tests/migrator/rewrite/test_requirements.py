"""requirements.txt of the new application."""

from pathlib import Path

from migrator.rewrite.requirements import imports_aws, requirements

SERVICE = [
    "fastapi>=0.115",
    "hiredis>=3.2",
    "prometheus-client>=0.24",
    "redis>=8",
    "sse-starlette>=3.7",
    "uvicorn>=0.30",
]


def made(app: Path, text: str, modules: dict[str, str] | None = None, *, aws: bool = False) -> list[str]:
    (app / "requirements.txt").write_text(text, encoding="utf-8")
    return requirements(app, ["requirements.txt"], modules or {}, aws=aws).splitlines()


def test_the_service_needs_six(tmp_path: Path) -> None:
    assert requirements(tmp_path, [], {}, aws=False).splitlines() == SERVICE


def test_theirs_stay_and_boto3_goes_when_nothing_uses_it(tmp_path: Path) -> None:
    assert made(tmp_path, "boto3==1.2  # AWS\n\n# more\nPyJWT>=2.8\n-e .\n") == [
        *SERVICE[:3],
        "PyJWT>=2.8",
        *SERVICE[3:],
    ]
    assert made(tmp_path, "boto3==1.2\n", aws=True) == ["boto3==1.2", *SERVICE]


def test_a_version_that_they_chose_stays(tmp_path: Path) -> None:
    assert "fastapi==0.110" in made(tmp_path, "fastapi==0.110\n")
    assert "fastapi>=0.115" in made(tmp_path, "fastapi\n")


def test_included_files_are_read_once_and_only_inside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("-r requirements.txt\nanyio\n")
    assert "anyio" in made(tmp_path, "-r base.txt\n")


def test_what_the_code_imports_is_named(tmp_path: Path) -> None:
    modules = {
        "app.py": "import jwt, os, lib.x\nfrom . import y\nfrom requests.auth import z\n",
        "lib/x.py": "import boto3\n",
    }
    assert made(tmp_path, "", modules, aws=True) == [
        "boto3",
        *SERVICE[:3],
        "PyJWT",
        SERVICE[3],
        "requests",
        *SERVICE[4:],
    ]


def test_aws_is_used_by_an_import_of_boto3_or_botocore() -> None:
    assert imports_aws(["from botocore.exceptions import ClientError\n"])
    assert not imports_aws(["# import boto3\n", "def broken(:\n"])
