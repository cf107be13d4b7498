"""Calls as the AWS CLI, version 2, spells them, safe to give to a shell whatever the names in them are."""

from __future__ import annotations

import json
import re
import shlex
from typing import Final

from checklists.aws.partitions import home_of
from checklists.aws.types import GLOBAL_REGION
from checklists.teardown.model import Call

_PLAIN: Final = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./:@+=,-]*")
"""Anything else goes as JSON: the CLI takes `-x` for an option and reads `file://` and `fileb://` from the disk.
https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html"""
_LOADS_FILES: Final = re.compile(r"^(file|fileb|https?)://", re.IGNORECASE)


def cli_command(call: Call, partition: str = "aws") -> str:
    """One line. Simple parameters as options, others as one JSON document. `partition`: of the plan; its global
    services have their own region."""
    region = home_of(partition) if call.region == GLOBAL_REGION else call.region
    words = ["aws", call.service, kebab(call.operation), "--region", region]
    if all(_is_simple(value) for value in call.parameters.values()):
        for name, value in call.parameters.items():
            words += _option(kebab(name), value)
    else:
        words += ["--cli-input-json", json.dumps(call.parameters, ensure_ascii=True, sort_keys=True)]
    return " ".join(shlex.quote(word) for word in words)


def kebab(name: str) -> str:
    """'DisableExecuteApiEndpoint' and 'delete_api' as the CLI has them; the rules are botocore's `xform_name`."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1-\2", name))
    return parted.replace("_", "-").lower()


def _option(name: str, value: object) -> list[str]:
    if isinstance(value, bool):
        return [f"--{name}" if value else f"--no-{name}"]
    return [f"--{name}", *(map(str, value) if isinstance(value, list) else [str(value)])]


def _is_simple(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, str) and _is_plain(one) for one in value)
    return isinstance(value, bool | int | float) or (isinstance(value, str) and _is_plain(value))


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and _LOADS_FILES.match(text) is None
