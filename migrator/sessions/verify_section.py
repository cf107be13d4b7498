"""The table [verify] of ws2sse.toml, or of [tool.ws2sse] in pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from migrator.configuration import SettingUnknown, configuration
from migrator.errors import ConfigurationInvalid

KEYS: Final = ("identity", "margin", "redact", "stub", "stub_archives")


def verify_section(app_dir: Path) -> tuple[Path, dict[str, Any]]:
    """The file and the table; an empty one when there is none. Its values are not checked.

    Raises SettingUnknown for a key that there is not, and ConfigurationInvalid.
    """
    path, table = configuration(app_dir)
    section = table.get("verify", {})
    if not isinstance(section, dict):
        raise ConfigurationInvalid(path, "verify", repr(section), "a table")
    for key in section:
        if key not in KEYS:
            raise SettingUnknown(path, f"verify.{key}", tuple(f"verify.{known}" for known in KEYS))
    return path, section
