"""Which file an import of a CDK program means, and what libraries are called."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import Final

from migrator.scan.cdk import syntax as s
from migrator.scan.cdk.python_source import read_python
from migrator.scan.cdk.script_source import read_script
from migrator.scan.cdk.values import External, Module, plain_module
from migrator.scan.files import Files
from migrator.scan.paths import join_folder
from migrator.scan.python.imports import Modules
from migrator.scan.sieve import sought

MOST_BYTES: Final = 200_000
"""Of a JSON file that a program imports."""
SCRIPTS: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx")
SOCKETS: Final = sought(
    b"WebSocket", b"WEBSOCKET", b"ManageConnections", b"manage_connections", b"manageConnections",
    suffixes=(".py", *SCRIPTS),
)  # fmt: skip
"""Words of a program that has to do with WebSocket APIs."""
_SPELLED: Final = re.compile(r"\.(?:js|mjs|cjs|jsx)$")
_ALIAS: Final = re.compile(r"^(?:@/|~/|#)|^src/")


class Sources:
    """The files of an application as programs, parsed when they are first asked for."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.python = Modules(files)
        self.parsed: dict[str, s.Source | None] = {}
        self.by_stem: dict[str, list[str]] = defaultdict(list)
        for path in files.with_suffix(*SCRIPTS):
            self.by_stem[PurePosixPath(path).stem].append(path)

    def load(self, path: str) -> s.Source | None:
        """None when the file can't be read or parsed; then its problem is noted."""
        if path not in self.parsed:
            self.parsed[path] = self._parse(path)
        return self.parsed[path]

    def _parse(self, path: str) -> s.Source | None:
        text = self.files.text(path)
        if text is None:
            return None
        try:
            if path.endswith(".json"):
                return s.Source(path, "script", (s.Data(1, 1, json.loads(text)),))
            return read_python(text, path) if path.endswith(".py") else read_script(text, path)
        except SyntaxError as error:
            message, line = f"isn't valid Python: {error.msg}", error.lineno or 1
        except (ValueError, RecursionError, MemoryError) as error:
            message, line = f"can't be parsed: {type(error).__name__}", 1
        self.files.failed(path, message, line=line, serious=self.files.mentions(path, *SOCKETS))
        return None

    def find(self, node: s.Import, importer: Module) -> str | None:
        """The application's file behind an import; None when it is a library's, or a folder without a file."""
        if importer.source.language == "python":
            return self.python.path_of(node.module, importer.path, node.level) if node.module or node.level else None
        if node.module.startswith("."):
            return self._script(join_folder(importer.path.rpartition("/")[0] or ".", node.module))
        return self._aliased(node.module)

    def find_in(self, node: s.Import, name: str, importer: Module) -> str | None:
        """The file of a module that is imported out of a package: `from stacks import api_stack`."""
        if importer.source.language != "python":
            return None
        dotted = f"{node.module}.{name}" if node.module else name
        return self.python.path_of(dotted, importer.path, node.level)

    def inside(self, package: Module, name: str) -> str | None:
        """The file of a package's module."""
        if not package.path.endswith("/__init__.py"):
            return None
        return self.python.path_of(name, package.path, 1)

    def outside(self, node: s.Import, name: str) -> External:
        """What a library's name is called."""
        module = library_name(node.module)
        if name in {"*", "default"}:
            return External(module)
        return External(module).member(name)

    def _script(self, base: str) -> str | None:
        plain = _SPELLED.sub("", base)
        candidates = [base, *(f"{plain}{suffix}" for suffix in SCRIPTS), *(f"{base}/index{end}" for end in SCRIPTS)]
        return next((path for path in candidates if path in self.files), self._data(base))

    def _data(self, path: str) -> str | None:
        """A JSON file that a script imports; most are of no interest to a scan, so they are not among its files."""
        if not path.endswith(".json"):
            return None
        place = self.files.root / path
        try:
            inside = place.resolve(strict=True).is_relative_to(self.files.root)
            small = place.stat().st_size <= MOST_BYTES
        except (OSError, RuntimeError):
            return None
        return path if inside and small else None

    def _aliased(self, module: str) -> str | None:
        """A path that begins with an alias of tsconfig.json: the one file whose path ends so."""
        if not _ALIAS.search(module):
            return None
        wanted = "/" + _ALIAS.sub("", module)
        stem = PurePosixPath(_SPELLED.sub("", wanted)).name
        ends = tuple(f"{_SPELLED.sub('', wanted)}{suffix}" for suffix in SCRIPTS)
        found = [path for path in self.by_stem.get(stem, ()) if f"/{path}".endswith(ends)]
        return found[0] if len(found) == 1 else None


def library_name(module: str) -> str:
    """One name for a library's module in both languages and all versions of the CDK: 'aws_lambda', 'core', 'path'."""
    module = module.removeprefix("node:")
    if module in {"aws-cdk-lib", "aws_cdk", "aws_cdk.core", "@aws-cdk/core", "monocdk", "aws-cdk-lib/core"}:
        return "core"
    for prefix in ("aws-cdk-lib/", "@aws-cdk/", "aws_cdk.", "monocdk/"):
        if module.startswith(prefix):
            return plain_module(module.removeprefix(prefix).replace("-", "_"))
    return module
