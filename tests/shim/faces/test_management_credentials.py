"""Credentials files: what can't be used is an error that says where, and never what."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shim.faces.credentials import CredentialsUnreadable, read_credentials
from shim.gateway.sigv4 import Credential


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "credentials"
    found.touch(mode=0o600)
    return found


KEYS = "aws_access_key_id = AKIDONE\naws_secret_access_key = s3cr%et/+=\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no profile has aws_access_key_id and aws_secret_access_key"),
        ("[default]\nregion = eu-west-1\n", "no profile has aws_access_key_id and aws_secret_access_key"),
        ("[default]\naws_access_key_id = AKIDONE\n", "profile default has no aws_secret_access_key"),
        ("[default]\naws_secret_access_key = s3cr3t\n", "profile default has no aws_access_key_id"),
        (
            "[default]\naws_access_key_id = AKIDONE\naws_secret_access_key =\n",
            "profile default has no aws_secret_access_key",
        ),
        (KEYS, "line 1 stands before the first [profile]"),
        (f"[default]\n{KEYS}s3cr3t\n", "line 4: not of the form name = value"),
        (f"[default]\n{KEYS}{KEYS}", "line 4: aws_access_key_id comes twice"),
        (f"[default]\n{KEYS}[default]\n", "line 4: profile default comes twice"),
        (
            f"[default]\n{KEYS}[other]\naws_access_key_id = AKIDONE\naws_secret_access_key = s3cr3t\n",
            "profile other has the aws_access_key_id of another profile, but another secret or token",
        ),
    ],
)
def test_what_is_wrong_is_told_without_a_secret(path: Path, text: str, reason: str) -> None:
    path.write_text(text)

    with pytest.raises(CredentialsUnreadable) as caught:
        read_credentials(path)
    assert str(caught.value) == f"{path}: {reason}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CredentialsUnreadable, match="No such file"):
        read_credentials(tmp_path / "nothing")


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CredentialsUnreadable, match="Is a directory"):
        read_credentials(tmp_path)


def test_bytes_that_are_no_text_are_told(path: Path) -> None:
    path.write_bytes(b"[default]\n\xff\xfe")

    with pytest.raises(CredentialsUnreadable, match="is not UTF-8 text"):
        read_credentials(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o444])
def test_others_who_may_read_it_are_warned_of(path: Path, mode: int, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text(f"[default]\n{KEYS}")
    path.chmod(mode)

    assert read_credentials(path)
    assert f"mode {mode:03o}" in caplog.text


def test_profiles_with_keys_are_read_and_others_passed_over(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text(
        f"# comment\n[default]\n{KEYS}\n[again]\n{KEYS}[role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n"
        "[temporary]\naws_access_key_id=ASIDTWO\naws_secret_access_key=b\naws_session_token=t==\n",
        encoding="utf-8-sig",
    )

    assert read_credentials(path) == (
        Credential("AKIDONE", "s3cr%et/+="),
        Credential("ASIDTWO", "b", "t=="),
    )
    assert not caplog.records


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text(st.sampled_from("[]=# \nabc:%"), max_size=60).map(str.encode))
def test_no_bytes_give_anything_but_an_error_of_the_file(path: Path, data: bytes) -> None:
    path.write_bytes(data)

    with pytest.raises(CredentialsUnreadable):
        read_credentials(path)
