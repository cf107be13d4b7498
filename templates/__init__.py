"""Everything that is rendered, and the one Jinja environment that renders it.

Templates lie in the folders beside this file and are named by their path from here: `checklist/checklist.md.j2`.
Names that end in `.html` or `.html.j2` escape what they print; the others print as is, and say `| md` where the
text comes from a client or a scanned repository.

Filters: `md` (untrusted text in Markdown), `mdcode` (the same as a code span where possible), `visible` (control
characters spelled out), `days` and `times` (a number of them, in words), `moment` (a time to the minute, UTC),
`value` (what JSON may hold, on one short line), `json` (the value as JSON, which YAML takes too).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from templates.text import days, json_text, markdown, markdown_code, moment, times, value, visible

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "CLIENT_COMMONJS",
    "CLIENT_HOOK",
    "CLIENT_MODULE",
    "CLIENT_SCRIPT",
    "client_library",
    "environment",
    "render",
]

CLIENT_SCRIPT: Final = "sse-socket.js"
CLIENT_MODULE: Final = "sse-socket.module.js"
"""The same as a module. It ends in `.js`, since some servers send `.mjs` with a media type that browsers refuse for
modules: https://html.spec.whatwg.org/multipage/webappapis.html"""

CLIENT_COMMONJS: Final = "sse-socket.cjs"
"""The same for `require`: https://nodejs.org/api/modules.html"""

CLIENT_HOOK: Final = "use-sse-socket.js"
"""The hook of react-use-websocket over SseSocket."""


@cache
def environment() -> Environment:
    from jinja2 import (  # noqa: PLC0415 - most that is printed as text needs no template
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )

    made = Environment(
        loader=PackageLoader("templates", ""),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html", "html.j2"), default=False),
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        md=markdown,
        mdcode=markdown_code,
        visible=visible,
        days=days,
        times=times,
        moment=moment,
        value=value,
        json=json_text,
    )
    return made


def render(name: str, /, **values: object) -> str:
    """The template `name` with these values. A name that the template reads and nobody gave raises UndefinedError."""
    return environment().get_template(name).render(values)


def client_library(name: str) -> str:
    """The text of a file in `client/`; of those too that are made of `CLIENT_SCRIPT`."""
    if name == CLIENT_COMMONJS:
        return client_library(CLIENT_SCRIPT) + "\nmodule.exports = { SseSocket };\n"
    if name == CLIENT_MODULE:
        return client_library(CLIENT_SCRIPT) + "\nexport { SseSocket };\n"
    return files("templates").joinpath("client", name).read_text(encoding="utf-8")
