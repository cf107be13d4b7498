"""What was there, written down before it is changed: one JSON file a thing, in the folder of the run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from checklists.aws.estate import Thing
from checklists.teardown.digests import sha256
from checklists.teardown.execute.eyes import Sight
from migrator.writing import write_file
from shim.redaction import HIDDEN, is_secret_name, redact

FOLDER: Final = "backups"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")


def keep(folder: Path, sight: Sight, arn: str) -> Path | None:
    """Writes a thing with its parts, whole or not at all. None when it is not there. Raises NotWritable.

    A survey keeps no values of environment variables; what else looks like a secret is blotted out.
    """
    thing = sight.things.get(arn)
    if thing is None:
        return None
    path = folder / FOLDER / file_name(thing)
    parts = [part.model_dump(mode="json") for part in sight.parts.get(arn, ())]
    record = {"thing": thing.model_dump(mode="json"), "parts": parts}
    write_file(path, json.dumps(_without_secrets(record), indent=2, ensure_ascii=False) + "\n")
    return path


def _without_secrets(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: HIDDEN if isinstance(inner, str) and is_secret_name(key) else _without_secrets(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return redact(value) if isinstance(value, str) else value


def file_name(thing: Thing) -> str:
    """Names from AWS hold slashes and worse; the digest keeps two of them apart."""
    kind = thing.type.rpartition("::")[2].lower()
    name = _UNSAFE.sub("-", thing.name).strip("-.")[:80]
    return f"{kind}-{name}-{sha256(thing.arn)[:8]}.json"
