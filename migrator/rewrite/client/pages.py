"""The HTML pages of an application, and the script tags that load its files."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from migrator.rewrite.client.library import folder_of
from migrator.rewrite.client.scripts import PAGES, Tag, tags_of
from migrator.rewrite.client.text import TextEdit, indent_before, insertion, newline_of
from templates import CLIENT_SCRIPT

_LEFT_OUT: Final = frozenset({"node_modules", "bower_components", "dist", "build", "vendor", "venv", "__pycache__"})


@dataclass(frozen=True)
class Page:
    path: str
    text: str
    """Without a byte order mark."""
    tags: tuple[Tag, ...]

    def loading(self, script: str) -> list[Tag]:
        """The tags that load a file of the application."""
        return [tag for tag in self.tags if _leads_to(tag.attributes.get("src", ""), self.path, script)]

    @property
    def has_library(self) -> bool:
        sources = [tag.attributes.get("src", "") for tag in self.tags]
        return any(_name_of(source) == CLIENT_SCRIPT or f"/{CLIENT_SCRIPT}" in source for source in sources)


def pages_of(app: Path) -> list[Page]:
    """The pages that can be read, in the order of their paths. Links are not followed."""
    found: list[Page] = []
    for folder, folders, names in os.walk(app):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() in PAGES and not path.is_symlink():
                try:
                    text = path.read_bytes().decode("utf-8-sig")
                except (OSError, UnicodeDecodeError):
                    continue
                found.append(Page(path.relative_to(app).as_posix(), text, tuple(tags_of(text))))
    return found


def library_tag(page: Page, before: Tag) -> TextEdit:
    """A script tag for the library, which lies beside what `before` loads, or beside the page of an inline script."""
    source = before.attributes.get("src", "")
    named = _IN_TEMPLATE.search(source)
    if named is not None:
        address = source.replace(named[1], folder_of(named[1]) + CLIENT_SCRIPT)
    else:
        address = folder_of(urlsplit(source).path) + CLIENT_SCRIPT
    indent = indent_before(page.text, before.start)
    after = newline_of(page.text) + indent if indent is not None else ""
    quote = "'" if '"' in address else '"'
    return insertion(before.start, f"<script src={quote}{address}{quote}></script>{after}")


_IN_TEMPLATE: Final = re.compile(r"\{[{%].*?['\"]([\w./-]+\.js)['\"].*?[%}]\}")
"""{% static 'app.js' %} of Django, {{ url_for('static', filename='app.js') }} of Flask, {{ asset('app.js') }}."""


def _leads_to(source: str, page: str, script: str) -> bool:
    named = _IN_TEMPLATE.search(source)
    if named is not None:
        return f"/{script}".endswith(f"/{named[1].lstrip('/')}")
    parts = _parts(source)
    path = unquote(parts.path) if parts else ""
    if not parts or not path or parts.scheme or parts.netloc:
        return False
    if path.startswith("/"):
        return script == path[1:] or script.endswith(path)
    return posixpath.normpath(folder_of(page) + path) == script


def _name_of(source: str) -> str:
    parts = _parts(source)
    return parts.path.rpartition("/")[2] if parts else ""


def _parts(source: str) -> SplitResult | None:
    """None for what is no address, such as a template's own syntax."""
    try:
        return urlsplit(source)
    except ValueError:
        return None
