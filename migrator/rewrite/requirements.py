"""requirements.txt of the new application: theirs, plus what the service needs, minus what nothing uses any more."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

SERVICE: Final = {
    "fastapi": "fastapi>=0.115",
    "hiredis": "hiredis>=3.2",
    "prometheus-client": "prometheus-client>=0.24",
    "redis": "redis>=8",
    "sse-starlette": "sse-starlette>=3.7",
    "uvicorn": "uvicorn>=0.30",
}
OF_THE_SERVICE: Final = frozenset({"fastapi", "starlette", "pydantic", "sse_starlette"})
AWS: Final = frozenset({"boto3", "botocore", "aioboto3"})
PROVIDED_BY: Final = {
    "jwt": "PyJWT", "jose": "python-jose", "yaml": "PyYAML", "dateutil": "python-dateutil", "PIL": "pillow",
    "bs4": "beautifulsoup4", "aws_lambda_powertools": "aws-lambda-powertools", "dotenv": "python-dotenv",
    "psycopg2": "psycopg2-binary", "botocore": "boto3",
}  # fmt: skip
"""Where the package has another name than the module."""


def requirements(app: Path, files: Iterable[str], modules: Mapping[str, str], *, aws: bool) -> str:
    """`files`: requirement files, in order; `modules`: Python text by path; `aws`: whether boto3 is still imported."""
    lines: dict[str, str] = {}
    for file in files:
        for line in _lines(app, file, set()):
            lines.setdefault(_name(line) or line, line)
    for name in _third_party(modules):
        lines.setdefault(_normal(name), name)
    for name in AWS:
        if not aws:
            lines.pop(name, None)
    for name, line in SERVICE.items():
        lines[name] = line if name not in lines else _stricter(lines[name], line)
    return "".join(f"{line}\n" for line in sorted(lines.values(), key=str.lower))


def imports_aws(modules: Iterable[str]) -> bool:
    """Whether any of the modules, given as text, imports boto3 or botocore."""
    return any(bool(_imported(text) & AWS) for text in modules)


def _lines(app: Path, file: str, seen: set[str]) -> list[str]:
    path = app / file
    if file in seen or not path.is_file() or path.is_symlink():
        return []
    seen.add(file)
    found: list[str] = []
    for raw in path.read_text(encoding="utf-8", errors="replace").splitlines():
        line = re.sub(r"(^|\s)#.*$", "", raw).strip()
        included = re.fullmatch(r"(?:-r|--requirement)[ =]+(\S+)", line)
        if included:
            found += _lines(app, (PurePosixPath(file).parent / included[1]).as_posix(), seen)
        elif line and not line.startswith("-"):
            found.append(line.split(" --hash")[0].rstrip(" \\"))
    return found


def _name(line: str) -> str | None:
    match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line)
    return _normal(match[0]) if match else None


def _normal(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()


def _stricter(theirs: str, ours: str) -> str:
    """A version that they have chosen stays theirs."""
    return theirs if re.search(r"[=<>~@]", theirs) else ours


def _third_party(modules: Mapping[str, str]) -> list[str]:
    own = {part for path in modules for part in (*PurePosixPath(path).parts[:-1], PurePosixPath(path).stem)}
    own |= {"sse_service"}
    found = {name for text in modules.values() for name in _imported(text)} - own - sys.stdlib_module_names
    return sorted({PROVIDED_BY.get(name, name) for name in found} - OF_THE_SERVICE)


def _imported(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names
