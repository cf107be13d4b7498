"""The source of a handler that the infrastructure names by its built file.

SAM and the Serverless Framework name what esbuild, webpack or tsc put out; people write what went in.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build-typescript.html
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from migrator.scan.files import Files
from migrator.scan.node.modules import SUFFIXES
from migrator.scan.paths import join_folder
from migrator.scan.testing import is_script_test

HANDLER_SUFFIXES: Final = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx")
"""Of the file that a handler is named by, in the order in which it is sought: what Lambda runs comes first."""

_OUTPUT: Final = frozenset({"dist", "build", "lib", "out", ".build", "bundle", "compiled", ".esbuild", ".webpack"})


def source_of(files: Files, root: str, target: str) -> str | None:
    """`target`: the handler's file without its suffix, as the infrastructure names it, below `root`.

    None when no source, or more than one, fits best."""
    base = join_folder(root, target)
    parts = PurePosixPath(base).parts
    for at, part in enumerate(parts):
        if part in _OUTPUT:
            for instead in (("src",), ()):
                found = _at(files, "/".join((*parts[:at], *instead, *parts[at + 1 :])))
                if found:
                    return found
    return _at(files, join_folder(root, f"src/{target}")) or _only(files, root, target)


def _at(files: Files, base: str) -> str | None:
    names = (*(f"{base}{suffix}" for suffix in SUFFIXES), *(f"{base}/index{suffix}" for suffix in SUFFIXES))
    return next((name for name in names if name in files), None)


def _only(files: Files, root: str, target: str) -> str | None:
    """The only script of that name below the folder, or else in the application; folders in common count."""
    wanted = tuple(part for part in PurePosixPath(target).parts if part not in _OUTPUT | {"src", "."})
    if not wanted or (wanted[-1] == "index" and len(wanted) == 1):
        return None
    fitting = [
        path
        for path in files.with_suffix(*SUFFIXES)
        if PurePosixPath(path).stem == wanted[-1] and not is_script_test(path)
    ]
    inside = [path for path in fitting if root == "." or path.startswith(f"{root}/")]
    chosen = inside or fitting
    exact = [path for path in chosen if PurePosixPath(path).with_suffix("").parts[-len(wanted) :] == wanted]
    best = exact or chosen
    return best[0] if len(best) == 1 else None
