"""[[verify.stub]]: answers in place of other hosts and of AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from migrator.errors import ConfigurationInvalid
from migrator.sessions.verify_section import verify_section
from shim.dualrun.replay.recorded_stubs import RecordedStubs, recorded_stubs
from shim.dualrun.replay.stubs import Stub

MOST_STUBS = 1000

_TEXTS = frozenset({"name", "host", "path", "method", "aws", "body"})
_KEYS = _TEXTS | {"status", "headers", "json"}


def stubs_from_config(app_dir: Path) -> tuple[Stub, ...]:
    """Empty when there are none. Raises SettingUnknown and ConfigurationInvalid for what is not understood."""
    path, section = verify_section(app_dir)
    entries = section.get("stub", [])
    if not isinstance(entries, list) or len(entries) > MOST_STUBS:
        raise ConfigurationInvalid(path, "verify.stub", _shown(entries), f"a list of at most {MOST_STUBS} tables")
    return tuple(_stub(path, number, entry) for number, entry in enumerate(entries, 1))


def stubs_of_archives(app_dir: Path) -> RecordedStubs:
    """`verify.stub_archives`: HTTP archives, by paths relative to APP, whose answers are given again.

    Raises SettingUnknown, ConfigurationInvalid, RecordingUnreadable and HarInvalid.
    """
    path, section = verify_section(app_dir)
    names = section.get("stub_archives", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigurationInvalid(path, "verify.stub_archives", _shown(names), "a list of paths of HTTP archives")
    read = [recorded_stubs(app_dir / name) for name in names]
    stubs = tuple(stub for one in read for stub in one.stubs)
    return RecordedStubs(stubs, tuple(sentence for one in read for sentence in one.told))


def _stub(path: Path, number: int, entry: object) -> Stub:
    key = f"verify.stub, number {number}"

    def invalid(name: str, found: object, allowed: str) -> ConfigurationInvalid:
        return ConfigurationInvalid(path, f"{key}, {name}" if name else key, _shown(found), allowed)

    if not isinstance(entry, dict) or entry.keys() - _KEYS:
        raise invalid("", entry, f"a table with {', '.join(sorted(_KEYS))}")
    values: dict[str, Any] = dict(entry)
    for name in _TEXTS & values.keys():
        if not isinstance(values[name], str):
            raise invalid(name, values[name], "text")
    aws, host = values.get("aws", ""), values.get("host", "")
    if bool(aws) == bool(host):
        raise invalid("", entry, 'either host, or aws such as "bedrock-runtime.InvokeModel"')
    status, headers = values.get("status", 200), values.get("headers", {})
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise invalid("status", status, "200 to 599")
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise invalid("headers", headers, "a table of texts")
    if "json" in values:
        if "body" in values:
            raise invalid("", entry, "one of body and json")
        values["body"] = json.dumps(values.pop("json"))
        headers = {"content-type": "application/json"} | headers
    values.setdefault("name", aws or f"{values.get('method', '*')} {host}{values.get('path', '')}")
    return Stub(**{**values, "status": status, "headers": headers})


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
