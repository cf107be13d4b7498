"""Parsing one Python file into a Module."""

from __future__ import annotations

import ast
import warnings

from migrator.isolation import parsing
from migrator.nesting import nested_too_deeply
from migrator.scan.files import Files
from migrator.scan.python.indexing import index
from migrator.scan.python.model import Module


def parse(files: Files, path: str) -> Module | None:
    """None, with a problem noted, when the file can't be read or isn't Python."""
    text = files.text(path)
    if text is None:
        return None
    try:
        with warnings.catch_warnings():
            # Their code's deprecated escapes are not our concern.
            warnings.simplefilter("ignore")
            with parsing(path):
                tree = ast.parse(text)
    except SyntaxError as error:
        message = f"isn't valid Python: {error.msg}"
        files.failed(path, message, line=error.lineno or 1, column=error.offset or 1)
        return None
    except (ValueError, RecursionError, MemoryError) as error:
        files.failed(path, f"can't be parsed: {str(error) or type(error).__name__}")
        return None
    if nested_too_deeply(tree):
        files.failed(path, "is nested too deeply to be read")
        return None
    module = Module(path=path, tree=tree, lines=text.split("\n"))
    index(module)
    return module
