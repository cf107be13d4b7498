"""Reads the credentials of callers from a file in the format of `~/.aws/credentials`.

https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
"""

from __future__ import annotations

import configparser
import logging
import stat
from pathlib import Path

from shim.gateway.sigv4 import Credential

logger = logging.getLogger(__name__)

_KEY_ID, _SECRET, _TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"


class CredentialsUnreadable(Exception):
    """Raised when there are no credentials in a file. Says nothing of what is in it but names and line numbers."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def read_credentials(path: Path) -> tuple[Credential, ...]:
    """One credential for each profile that has keys; others, such as those that name a role, are passed over.

    Warns when others than its owner may read the file. Raises CredentialsUnreadable.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CredentialsUnreadable(path, error.strerror or "can not be read") from None
    except UnicodeDecodeError:
        raise CredentialsUnreadable(path, "is not UTF-8 text") from None
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        logger.warning("%s holds secrets and may be read by others than its owner (mode %03o)", path, mode)
    found: dict[str, Credential] = {}
    for profile, keys in _profiles(path, text).items():
        if _KEY_ID not in keys and _SECRET not in keys:
            continue
        for name in (_KEY_ID, _SECRET):
            if not keys.get(name):
                raise CredentialsUnreadable(path, f"profile {profile} has no {name}")
        credential = Credential(keys[_KEY_ID], keys[_SECRET], keys.get(_TOKEN) or None)
        if found.setdefault(credential.access_key_id, credential) != credential:
            raise CredentialsUnreadable(
                path, f"profile {profile} has the {_KEY_ID} of another profile, but another secret or token"
            )
    if not found:
        raise CredentialsUnreadable(path, f"no profile has {_KEY_ID} and {_SECRET}")
    return tuple(found.values())


def _profiles(path: Path, text: str) -> dict[str, dict[str, str]]:
    """Never shows a line of the file, as the parser's own errors would."""
    parser = configparser.RawConfigParser(default_section="", interpolation=None)
    try:
        parser.read_string(text)
    except configparser.MissingSectionHeaderError as error:
        raise CredentialsUnreadable(path, f"line {error.lineno} stands before the first [profile]") from None
    except configparser.DuplicateSectionError as error:
        raise CredentialsUnreadable(path, f"line {error.lineno}: profile {error.section} comes twice") from None
    except configparser.DuplicateOptionError as error:
        raise CredentialsUnreadable(path, f"line {error.lineno}: {error.option} comes twice") from None
    except configparser.ParsingError as error:
        lines = ", ".join(str(number) for number, _line in error.errors)
        raise CredentialsUnreadable(path, f"line {lines}: not of the form name = value") from None
    return {section: dict(parser.items(section)) for section in parser.sections()}
