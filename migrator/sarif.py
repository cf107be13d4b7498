"""SARIF 2.1.0, as code hosts show it beside the lines of a change.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final, Literal
from urllib.parse import quote

from migrator.inventory.record import Location
from templates.text import json_visible

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Level = Literal["none", "note", "warning", "error"]
Kind = Literal["fail", "pass", "notApplicable", "informational"]
BaselineState = Literal["new", "unchanged", "updated", "absent"]


@dataclass(frozen=True)
class SarifRule:
    id: str
    title: str
    page: str = ""
    """Markdown; '' when there is none."""


@dataclass(frozen=True)
class SarifResult:
    rule: str
    level: Level
    message: str
    location: Location
    identity: str
    """What stays the same when the same thing is found again."""
    kind: Kind = "fail"
    """Anything but 'fail' has the level 'none' (3.27.9)."""
    baseline: BaselineState | None = None
    """Beside an earlier run (3.27.24); None when there is none to compare with."""
    suppression: str | None = None
    """Why it was accepted (3.35); None for what was not."""


def sarif(results: Iterable[SarifResult], rules: Iterable[SarifRule]) -> str:
    """One run. Rules that no result names are left out; a result without a rule of that name is a KeyError."""
    results = tuple(results)
    known = {rule.id: rule for rule in rules}
    used = sorted({result.rule for result in results})
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ws2sse",
                        "version": version("ws2sse"),
                        "rules": [_rule(known[name]) for name in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, used.index(result.rule)) for result in results],
            }
        ],
    }
    return json_visible(json.dumps(document, indent=2, ensure_ascii=False))


def _rule(rule: SarifRule) -> dict[str, object]:
    described: dict[str, object] = {"id": rule.id, "shortDescription": {"text": rule.title}}
    if rule.page:
        described["help"] = {"text": rule.page, "markdown": rule.page}
    return described


def _result(result: SarifResult, index: int) -> dict[str, object]:
    place = result.location
    described: dict[str, object] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "kind": result.kind,
        "level": result.level,
        "message": {"text": result.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(place.path, errors="surrogatepass"), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": place.line, "startColumn": place.column},
                }
            }
        ],
        "partialFingerprints": {"ws2sse/v1": result.identity},
    }
    if result.baseline:
        described["baselineState"] = result.baseline
    if result.suppression is not None:
        described["suppressions"] = [{"kind": "external", "status": "accepted", "justification": result.suppression}]
    return described
