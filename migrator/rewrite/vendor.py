"""The parts of ours that a migrated application carries as its own code."""

from __future__ import annotations

import ast
import re
from importlib.resources import files
from typing import Final

TARGET: Final = "sse_service"
PACKAGES: Final = {"shim.streams": "streams", "shim.streams.redis": "streams/redis", "shim.gateway": "gateway"}
LOADING: Final = "shim.backends.loading"
MODULES: Final = (
    "shim.readiness",
    "shim.observing",
    "shim.faces.exposition",
    "shim.faces.metric_counts",
    "shim.faces.metric_families",
    "shim.faces.redis_metrics",
    "shim.faces.service_metrics",
)
"""Each becomes a module of the service, by its own name."""

GATEWAY_FILES: Final = ("__init__", "authorization", "events", "frames", "ids", "selection")
"""What a service without API Gateway still needs of it: its events, its choice of route, its policies."""


def vendored(*, loading: bool) -> dict[str, str]:
    """Path below the new application -> text. `loading`: whether some handler has its own code root."""
    found: dict[str, str] = {}
    for package, folder in PACKAGES.items():
        for name in _modules(package):
            found[f"{TARGET}/{folder}/{name}.py"] = _rewritten(_read(package, f"{name}.py"))
    for module in (*MODULES, LOADING) if loading else MODULES:
        package, _dot, name = module.rpartition(".")
        found[f"{TARGET}/{name}.py"] = _rewritten(_read(package, f"{name}.py"))
    return found


def _modules(package: str) -> list[str]:
    """All modules of `streams` and `streams.redis`; of `gateway` the ones above and whatever they import."""
    if package != "shim.gateway":
        return sorted(e.name.removesuffix(".py") for e in files(package).iterdir() if e.name.endswith(".py"))
    wanted, waiting = set[str](), list(GATEWAY_FILES)
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        wanted.add(name)
        for node in ast.walk(ast.parse(_read(package, f"{name}.py"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module is not None and module.startswith(f"{package}."):
                waiting.append(module.removeprefix(f"{package}."))
    return sorted(wanted)


def _read(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")


def _rewritten(text: str) -> str:
    """Imports of ours become imports of theirs; every other word stays."""
    text = re.sub(r"\bshim\.(streams|gateway)\b", rf"{TARGET}.\1", text)
    for module in (*MODULES, LOADING):
        text = text.replace(module, f"{TARGET}.{module.rpartition('.')[2]}")
    return text
