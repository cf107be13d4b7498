"""The table [cost] of ws2sse.toml, or of [tool.ws2sse] in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from checklists.cost.target import Target
from migrator.configuration import SettingUnknown, configuration
from migrator.errors import ConfigurationInvalid


def cost_settings(app: Path) -> Target:
    """Defaults without such a table. Raises SettingUnknown for a key that there is not, and ConfigurationInvalid."""
    path, table = configuration(app)
    section = table.get("cost", {})
    if not isinstance(section, dict):
        raise ConfigurationInvalid(path, "cost", repr(section), "a table")
    for key in section:
        if key not in Target.model_fields:
            raise SettingUnknown(path, f"cost.{key}", tuple(f"cost.{known}" for known in Target.model_fields))
    try:
        return Target.model_validate(section)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(("cost", *map(str, first["loc"])))
        raise ConfigurationInvalid(path, key, repr(first["input"]), first["msg"]) from error
