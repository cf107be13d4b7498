"""Which files of an application are its own, and their text. Nothing is run, no link is followed."""

from __future__ import annotations

import io
import os
import tokenize
from collections import defaultdict
from collections.abc import KeysView
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from migrator.inventory.model import FileCounts, NearMiss, Problem
from migrator.inventory.record import Location
from migrator.inventory.selection import Selection
from migrator.isolation import crash_of
from migrator.scan.ignored import ignored
from migrator.scan.paths import suffix_of
from migrator.scan.sieve import Sieve

MOST_BYTES: Final = 1_000_000
"""Larger files are not read: code written by hand is smaller, bundles and data are not."""

MOST_FILES: Final = 50_000
"""Files looked at before a scan stops walking, with a problem that says so."""

LEFT_OUT: Final = frozenset(
    {
        "node_modules", "bower_components", "site-packages", "dist-packages", "__pycache__", "venv", "env.bak", "build",
        "dist", "cdk.out", "htmlcov", "coverage", "vendor", "vendored", "third_party", "package_build",
    }
)  # fmt: skip
"""Folders that hold third-party, built or generated files. Hidden folders (.git, .venv, …) are left out too."""

SUFFIXES: Final = frozenset(
    {
        ".py",
        ".js",
        ".mjs",
        ".cjs",
        ".jsx",
        ".ts",
        ".mts",
        ".cts",
        ".tsx",
        ".html",
        ".htm",
        ".vue",
        ".svelte",
        ".swift",
        ".kt",
        ".java",
        ".dart",
        ".cs",
        ".yml",
        ".yaml",
        ".json",
        ".template",
        ".tf",
        ".tfvars",
        ".hcl",
    }
)
EVERY_FILE: Final = Selection()
GENERATED: Final = (".min.js", ".bundle.js", ".d.ts", ".d.mts", ".d.cts", "package-lock.json")


@dataclass
class Files:
    """The readable files of an application, by POSIX path relative to its folder."""

    root: Path
    paths: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    near_misses: list[NearMiss] = field(default_factory=list)
    selection: Selection = field(default_factory=Selection)
    ignored: frozenset[str] = frozenset()
    """What git ignores, folders with a slash at the end."""
    seen: int = 0
    vendored: int = 0
    excluded: int = 0
    _texts: dict[str, str | None] = field(default_factory=dict)
    _failed: set[str] = field(default_factory=set)

    def __contains__(self, path: str) -> bool:
        return path in self._known

    def __post_init__(self) -> None:
        self.sieve = Sieve(self.root)
        self._known: set[str] = set()
        self._by_suffix: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, path: str) -> None:
        self.paths.append(path)
        self._known.add(path)
        self._by_suffix[suffix_of(path)].append(path)

    def with_suffix(self, *suffixes: str) -> list[str]:
        """In the order of the paths."""
        return sorted(path for suffix in set(suffixes) for path in self._by_suffix.get(suffix, ()))

    def mentions(self, path: str, *words: bytes) -> bool:
        """A cheap look before a file is parsed: whether its bytes hold one of the words."""
        return self.sieve.mentions(path, words)

    def mentioning(self, words: tuple[bytes, ...], *suffixes: str) -> list[str]:
        """The files with one of the suffixes that `mentions` is true of, in the order of their paths."""
        return sorted(
            path
            for suffix in set(suffixes)
            for path in self.sieve.mentioning(self._by_suffix.get(suffix, ()), suffix, words)
        )

    def read(self) -> KeysView[str]:
        """Files whose text somebody had a reason to read."""
        return self._texts.keys()

    def text(self, path: str) -> str | None:
        """The file's text, universal newlines; None (and a problem, once) when it can't be read as UTF-8."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def failed(self, path: str, message: str, *, line: int = 1, column: int = 1, serious: bool = False) -> None:
        self._failed.add(path)
        place = Location(path=path, line=max(line, 1), column=max(column, 1))
        self.problems.append(Problem(location=place, message=message, serious=serious))

    def noted(self, path: str, message: str) -> None:
        """A serious problem with a file that can be read well enough, but not understood."""
        self.problems.append(Problem(location=Location(path=path), message=message, serious=True))

    def counts(self) -> FileCounts:
        read = sum(1 for path, text in self._texts.items() if text is not None and path not in self._failed)
        return FileCounts(
            seen=self.seen, read=read, failed=len(self._failed), vendored=self.vendored, excluded=self.excluded
        )

    def _read(self, path: str) -> str | None:
        crashed = crash_of(path)
        if crashed is not None:
            self.failed(path, crashed)
            return None
        try:
            data = (self.root / path).read_bytes()
            text = data.decode(_declared(data) if path.endswith(".py") else "utf-8-sig")
        except OSError as error:
            self.failed(path, f"can't be read: {error.strerror}")
            return None
        except UnicodeDecodeError as error:
            name = error.encoding.upper()
            self.failed(path, f"isn't {name} text (byte {error.start})")
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")


def _declared(source: bytes) -> str:
    """The encoding that a Python file names in its first two lines. https://peps.python.org/pep-0263/"""
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError:  # no encoding that there is
        return "utf-8-sig"


def walk(root: Path, selection: Selection = EVERY_FILE) -> Files:
    """The application's own files in the order of their paths; what was left out is counted."""
    files = Files(root, selection=selection, ignored=ignored(root))
    _walk(files, root, "")
    files.paths.sort()
    return files


def _walk(files: Files, folder: Path, prefix: str) -> None:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        files.failed(prefix or ".", f"the folder can't be listed: {error.strerror}")
        return
    if prefix and any(entry.name == "pyvenv.cfg" for entry in entries):
        files.vendored += sum(len(names) for _, _, names in os.walk(folder))
        return
    installed = _installed_packages(entries)
    for entry in entries:
        if files.seen >= MOST_FILES:
            if not any("more than" in problem.message for problem in files.problems):
                files.failed(prefix or ".", f"more than {MOST_FILES} files; the rest was not looked at", serious=True)
            return
        path = f"{prefix}{entry.name}"
        if entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False):
            _enter(files, entry, path, installed)
        elif entry.is_file(follow_symlinks=False):
            _note(files, entry, path, installed)


def _enter(files: Files, entry: os.DirEntry[str], path: str, installed: frozenset[str]) -> None:
    if entry.name == ".git":
        return
    left_out = (
        f"{path}/" in files.ignored or entry.name in LEFT_OUT or entry.name.startswith(".") or entry.name in installed
    )
    if left_out or entry.name.endswith((".dist-info", ".egg-info")):
        files.vendored += sum(len(names) for _, _, names in os.walk(entry.path))
        return
    _walk(files, Path(entry.path), f"{path}/")


def _note(files: Files, entry: os.DirEntry[str], path: str, installed: frozenset[str]) -> None:
    files.seen += 1
    suffix = suffix_of(entry.name)
    if entry.name in installed or path.endswith(GENERATED) or path in files.ignored:
        files.vendored += 1
    elif not files.selection.takes(path):
        files.excluded += 1
    elif (suffix in SUFFIXES and _relevant_name(entry.name, suffix)) or is_dockerfile(path):
        if entry.stat(follow_symlinks=False).st_size <= MOST_BYTES:
            files.add(path)
        elif suffix not in {".json", ".html"}:
            files.failed(path, f"is larger than {MOST_BYTES} bytes and was not read")


def is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.split(".")[0] == "dockerfile" or name.endswith(".dockerfile")


def _relevant_name(name: str, suffix: str) -> bool:
    return (
        suffix != ".json"
        or "template" in name
        or name in {"serverless.json", "cdk.json"}
        or any(word in name.lower() for word in ("stack", "resources", "cloudformation", "cfn", "sam."))
        or name.endswith((".tf.json", ".tfvars.json"))
    )


def _installed_packages(entries: list[os.DirEntry[str]]) -> frozenset[str]:
    """Names in a folder that `pip install --target` put there: what the .dist-info folders beside them list."""
    names: set[str] = set()
    for entry in entries:
        if not entry.name.endswith(".dist-info") or not entry.is_dir(follow_symlinks=False):
            continue
        names.add(entry.name.split("-")[0].lower())
        try:
            record = (Path(entry.path) / "RECORD").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        names.update(line.split(",")[0].split("/")[0] for line in record.splitlines() if line)
    return frozenset(names) - {"..", "bin", "."}
