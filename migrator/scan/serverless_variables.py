"""Variables of the Serverless Framework: ${self:..}, ${opt:..}, ${env:..}, ${file(..)} and their fallbacks.
https://www.serverless.com/framework/docs/guides/variables
"""

from __future__ import annotations

import re
from typing import Final

from migrator.inventory.assumed import ACCOUNT
from migrator.scan.files import Files
from migrator.scan.intrinsics import Unresolved
from migrator.scan.paths import join_folder
from migrator.scan.physical import Names
from migrator.scan.yamlfile import Map, YamlProblem, as_map, as_text, load

DEEPEST: Final = 40
MOST_STEPS: Final = 100_000
"""Values visited in one file before the rest counts as unresolved: references can multiply without end."""

_INNERMOST: Final = re.compile(r"\$\{((?!AWS::)(?:[A-Za-z]+(?:\([^(){}]*\))?:|file\([^(){}]*\)|strToBool\()[^${}]*)\}")
_FILE: Final = re.compile(r"file\(([^)]*)\)(?::(.*))?$")
_PSEUDO: Final = re.compile(r"#\{([A-Za-z:.]+)\}")


class Variables:
    """Resolves the variables of one serverless.yml. CloudFormation's own ${...} stay as they are."""

    def __init__(self, document: Map, files: Files, folder: str) -> None:
        self.document, self.files, self.folder = document, files, folder
        self.depth = 0
        self.steps = 0
        self.loaded: dict[str, object] = {}

    def resolve(self, value: object) -> object:
        """The value with all variables replaced; texts that can't be become Unresolved."""
        self.steps += 1
        if self.depth > DEEPEST or self.steps > MOST_STEPS:
            return Unresolved("refers to itself")
        self.depth += 1
        try:
            if isinstance(value, str):
                return self._text(value)
            if isinstance(value, list):
                return [self.resolve(element) for element in value]
            if isinstance(value, Map):
                return value.like((self._key(key), self.resolve(element)) for key, element in value.items())
            return value
        finally:
            self.depth -= 1

    @property
    def stage(self) -> str:
        return self._provider("stage", "dev")

    @property
    def region(self) -> str:
        return self._provider("region", "us-east-1")

    def _provider(self, key: str, default: str) -> str:
        text = as_text(self.resolve(as_map(self.document.get("provider")).get(key)))
        return text or default

    def _key(self, key: str) -> str:
        return as_text(self._text(key)) or key if "${" in key else key

    def _text(self, text: str) -> object:
        text = _PSEUDO.sub(self._pseudo, text) if "#{AWS" in text else text
        for _ in range(DEEPEST):
            match = _INNERMOST.search(text)
            if match is None:
                return text
            value = self._variable(match.group(1))
            if match.group(0) == text:
                return value if isinstance(value, Unresolved) else self.resolve(value)
            if isinstance(value, Unresolved):
                return value
            plain = as_text(self.resolve(value))
            if plain is None:
                return Unresolved(f"{match.group(0)} isn't a single value")
            text = text[: match.start()] + plain + text[match.end() :]
        return Unresolved("refers to itself")

    def _pseudo(self, match: re.Match[str]) -> str:
        """`#{AWS::AccountId}` of the plugin serverless-pseudo-parameters."""
        return Names("", self.region).pseudo(match.group(1)) or match.group(0)

    def _variable(self, inner: str) -> object:
        """The first of the comma-separated alternatives that has a value."""
        reason: Unresolved | None = None
        for alternative in _alternatives(inner):
            value = self._source(alternative)
            if value is not None and not isinstance(value, Unresolved):
                return value
            if isinstance(value, Unresolved) and reason is None:
                reason = value
        if inner.strip() in {"opt:stage", "opt:region"}:
            return self.stage if "stage" in inner else self.region
        return reason or Unresolved(f"${{{inner}}} has no value in this file")

    def _source(self, text: str) -> object:  # noqa: PLR0911 - one line a kind of source
        if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
            return text[1:-1]
        in_file = _FILE.match(text)
        if in_file:
            return self._file(in_file.group(1).strip(), in_file.group(2))
        kind, _, argument = text.partition(":")
        argument = argument.strip()
        base = kind.split("(")[0]
        if base == "self":
            return self._self(argument)
        if base == "sls":
            return self.stage if argument == "stage" else "local"
        if base == "opt":
            # Nothing is given on a command line here: the fallback counts, and alone it is the provider's own value.
            return None
        if base == "aws":
            return {"region": self.region, "accountId": ACCOUNT, "partition": "aws"}.get(argument)
        if base == "param":
            return self._param(argument)
        if base in {"env", "ssm", "cf", "s3"}:
            return Unresolved(_reason(base, argument))
        if text in {"true", "false"} or re.fullmatch(r"-?\d+(\.\d+)?", text):
            return text
        return None if not argument else Unresolved(f"${{{text}}} is decided at deployment")

    def _self(self, path: str) -> object:
        if not path:
            return self.document
        found: object = self.document
        for step in path.split("."):
            if isinstance(found, str):
                found = self.resolve(found)
            if isinstance(found, list) and step.isdigit():
                found = found[int(step)] if int(step) < len(found) else None
            else:
                found = as_map(found).get(step)
        if found is None:
            return {"provider.stage": "dev", "provider.region": "us-east-1"}.get(path)
        return found

    def _param(self, name: str) -> object:
        params = as_map(self.document.get("params"))
        stages = as_map(self.document.get("stages"))
        for stage in (self.stage, "default"):
            for group in (params.get(stage), as_map(stages.get(stage)).get("params")):
                if name in as_map(group):
                    return as_map(group)[name]
        return Unresolved(f"parameter {name} is given at deployment")

    def _file(self, name: str, address: str | None) -> object:
        path = join_folder(self.folder, name)
        if not name.endswith((".yml", ".yaml", ".json")):
            return Unresolved(f"{name} is a program; what it returns is decided at deployment")
        if path not in self.loaded:
            text = self.files.text(path) if (self.files.root / path).is_file() else None
            if text is None:
                return Unresolved(f"the file {name} is not in the application")
            try:
                self.loaded[path] = load(text, path)
            except YamlProblem as problem:
                self.files.failed(path, problem.message, line=problem.line, column=problem.column, serious=True)
                self.loaded[path] = None
        found = self.loaded[path]
        for step in (address or "").split(".") if address else []:
            found = as_map(found).get(step)
        return found


def _reason(kind: str, argument: str) -> str:
    return {
        "env": f"${{env:{argument}}} is taken from the environment at deployment",
        "ssm": f"comes from SSM parameter {argument}",
        "cf": f"is an output of another stack ({argument})",
        "s3": f"is read from S3 ({argument})",
    }[kind]


def _alternatives(inner: str) -> list[str]:
    """Splits at commas that stand outside quotes and parentheses."""
    parts, start, quote, depth = [], 0, "", 0
    for position, character in enumerate(inner):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "," and depth <= 0:
            parts.append(inner[start:position].strip())
            start = position + 1
    return [*parts, inner[start:].strip()]
