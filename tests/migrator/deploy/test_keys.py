"""Certificates get into the image, and nothing that may be a private key does."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.deploy.keys import MAX_BYTES, key_files

CERTIFICATE = "# of an authority\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PRIVATE = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "text",
    [PRIVATE, CERTIFICATE + PRIVATE, "", "no label", CERTIFICATE + " " * MAX_BYTES],
    ids=["key", "both", "empty", "other", "large"],
)
def test_what_may_be_private_is_kept_out(text: str, tmp_path: Path) -> None:
    (tmp_path / "some.pem").write_text(text)

    assert key_files(tmp_path).others == ("some.pem",)
    assert key_files(tmp_path).certificates == ()


def test_a_certificate_whose_name_would_be_a_pattern_is_kept_out(tmp_path: Path) -> None:
    (tmp_path / "[a]*.pem").write_text(CERTIFICATE)

    assert key_files(tmp_path).others == ("[a]*.pem",)


def test_what_others_installed_is_not_looked_at(tmp_path: Path) -> None:
    for folder in ("node_modules", ".venv", "venv"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "some.pem").write_text(PRIVATE)

    assert key_files(tmp_path).others == ()


def test_certificates_are_found(tmp_path: Path) -> None:
    (tmp_path / "layer" / "certifi").mkdir(parents=True)
    (tmp_path / "layer" / "certifi" / "cacert.pem").write_text(CERTIFICATE * 3)

    assert key_files(tmp_path).certificates == ("layer/certifi/cacert.pem",)
    assert key_files(tmp_path).others == ()
