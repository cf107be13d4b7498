"""What can be wrong with a configuration. Each error carries its fields and builds its sentence from them.

ConfigurationError
├── FileUnreadable(path, reason)
├── SettingUnknown(where, key, close)
├── SettingInvalid(where, key, found, allowed)
├── SettingMissing(key, needed_for)
└── SecretOnCommandLine(key, variable)
"""

from __future__ import annotations

from pathlib import Path


class ConfigurationError(Exception):
    """What the shim is told can't be followed."""


class FileUnreadable(ConfigurationError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path} can't be read: {self.reason}."


class SettingUnknown(ConfigurationError):
    """`where`: file and line, or whatever said it. `close`: names that may have been meant."""

    def __init__(self, where: str, key: str, close: tuple[str, ...]) -> None:
        self.where, self.key, self.close = where, key, close
        super().__init__(where, key, close)

    def __str__(self) -> str:
        hint = f" Did you mean {' or '.join(self.close)}?" if self.close else " --print-config lists all."
        return f"{self.where}: there is no setting {self.key}.{hint}"


class SettingInvalid(ConfigurationError):
    def __init__(self, where: str, key: str, found: str, allowed: str) -> None:
        self.where, self.key, self.found, self.allowed = where, key, found, allowed
        super().__init__(where, key, found, allowed)

    def __str__(self) -> str:
        return f"{self.where}: {self.key} is {self.found}; allowed: {self.allowed}."


class SettingMissing(ConfigurationError):
    def __init__(self, key: str, needed_for: str) -> None:
        self.key, self.needed_for = key, needed_for
        super().__init__(key, needed_for)

    def __str__(self) -> str:
        return f"{self.key} is missing: {self.needed_for} needs it."


class SecretOnCommandLine(ConfigurationError):
    """Other users of a machine can read the command lines of its processes."""

    def __init__(self, key: str, variable: str) -> None:
        self.key, self.variable = key, variable
        super().__init__(key, variable)

    def __str__(self) -> str:
        return (
            f"{self.key} is a secret and can't be given on the command line: write it to a file, or set "
            f"{self.variable}."
        )
