"""What an application declares and sends, counted by simple means that share nothing with the scan.

Regular expressions over text, so that a mistake here and one there are not the same mistake. A hand-made key file says
what can't be seen this way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LEFT_OUT: Final = frozenset(
    {".git", "node_modules", "dist", "build", "cdk.out", "vendor", "venv", ".venv", "__pycache__", "site-packages"}
)
INFRASTRUCTURE: Final = frozenset({".yml", ".yaml", ".json", ".template", ".tf", ".ts", ".js", ".py"})
MOST_BYTES: Final = 2 << 20
LIFECYCLE: Final = {"connect": "$connect", "disconnect": "$disconnect", "default": "$default"}
CHALICE: Final = {**LIFECYCLE, "message": "$default"}

_TEMPLATE = re.compile(r"""["']?Type["']?\s*:\s*["']?AWS::ApiGatewayV2::Route["']?\s*[,\n]""")
_ROUTE_KEY = re.compile(r"""["']?RouteKey["']?\s*:\s*(?:!Sub\s+)?["']?([^"'\n,}]+)""")
_SERVERLESS = re.compile(r"^\s*-\s*websocket:[ \t]*(?:\n\s*(?:#.*\n\s*)*route:[ \t]*)?['\"]?([$\w./-]+)", re.MULTILINE)
_TERRAFORM = re.compile(r'resource\s+"aws_apigatewayv2_route"[^}]*?route_key\s*=\s*"([^"]+)"', re.DOTALL)
_ADD_ROUTE = re.compile(r"""\b(?:addRoute|add_route)\(\s*(?:route_key\s*=\s*)?["']([^"']+)["']""")
_OPTIONS = re.compile(r"\b(connect|disconnect|default)(?:RouteOptions|_route_options)\b")
_CFN_ROUTE = re.compile(r"""CfnRoute\([^;]*?\b(?:routeKey|route_key)\s*[:=]\s*["']([^"']+)["']""", re.DOTALL)
_CHALICE = re.compile(r"^@\w+\.on_ws_(connect|disconnect|message)\b", re.MULTILINE)
_HTTP = re.compile(r"(GET|POST|PUT|PATCH|DELETE|ANY|HEAD|OPTIONS)\s+/")
_PUSHES: Final = {
    ".py": re.compile(r"\.post_to_connection\(|websocket_api\.send\("),
    ".js": re.compile(r"\.postToConnection\(|new PostToConnectionCommand\("),
}
_SCRIPTS: Final = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx")
_COMMENT = re.compile(r"^\s*(#|//|\*)")


def declared_routes(folder: Path) -> set[str]:
    """Route keys that the infrastructure files name."""
    found: set[str] = set()
    for _path, suffix, text in _texts(folder, INFRASTRUCTURE):
        if suffix in {".yml", ".yaml", ".json", ".template"}:
            found.update(_template_keys(text))
            found.update(_SERVERLESS.findall(text))
        elif suffix == ".tf":
            found.update(_TERRAFORM.findall(text))
        elif "ebsocket" in text or "WEBSOCKET" in text:
            found.update(_ADD_ROUTE.findall(text))
            if "WebSocketApi" in text:
                found.update(f"${name}" for name in _OPTIONS.findall(text))
            found.update(_CFN_ROUTE.findall(text))
            found.update(CHALICE[name] for name in _CHALICE.findall(text))
    return {LIFECYCLE.get(key, key) for key in found if not _HTTP.match(key)}


def push_sites(folder: Path) -> int:
    """Lines that send to a connection, tests left out."""
    count = 0
    for path, suffix, text in _texts(folder, frozenset({".py", *_SCRIPTS})):
        if re.search(r"(^|/)(tests?|__tests__|__mocks__)/|(^|/)test_|\.test\.|\.spec\.|\.min\.", path):
            continue
        pattern = _PUSHES[".py" if suffix == ".py" else ".js"]
        count += sum(1 for line in text.splitlines() if pattern.search(line) and not _COMMENT.match(line))
    return count


def _template_keys(text: str) -> Iterator[str]:
    for match in _TEMPLATE.finditer(text):
        key = _ROUTE_KEY.search(text, match.end(), match.end() + 2000)
        if key is not None:
            yield key[1].strip()


def _texts(folder: Path, suffixes: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.suffix not in suffixes or LEFT_OUT & set(relative.parts) or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size <= MOST_BYTES:
            yield str(relative), path.suffix, path.read_text("utf-8", "replace")
