"""How the library reaches a script: beside it, and by a script tag or an import."""

from __future__ import annotations

import pytest

SOCKET = "new WebSocket(url);\n"
CONVERTED = "new SseSocket(url);\n"
TAG = '<script src="sse-socket.js"></script>'


# What must be left alone.


def test_pages_that_do_not_load_the_script_are_left_alone(rewrite) -> None:
    pages = {
        "index.html": '<script src="app.js"></script>\n',
        "other.html": '<script src="other.js"></script>\n',
        "web/index.html": '<script src="app.js"></script>\n',
        "remote.html": '<script src="https://cdn.example.org/app.js"></script>\n',
        "template.html": "<script src=\"{{ asset('other.js') }}\"></script>\\n",
        "broken.html": '<script src="//[app.js"></script>\\n',
        "data.html": '<script type="application/json">{"src": "app.js"}</script>\n',
        "comment.html": '<!-- <script src="app.js"></script> -->\n',
        "node_modules/x/index.html": '<script src="../../app.js"></script>\n',
    }
    result = rewrite(pages | {"app.js": SOCKET})
    assert result.changed == ("app.js", "index.html", "sse-socket.js")


def test_a_page_that_has_the_library_is_left_alone(rewrite) -> None:
    page = TAG + '\n<script src="app.js"></script>\n'
    assert rewrite({"index.html": page, "app.js": SOCKET}).files["index.html"] == page


def test_a_module_that_imports_the_library_is_left_alone(rewrite) -> None:
    code = 'import { SseSocket } from "./sse-socket.js";\n' + SOCKET
    assert rewrite({"app.mjs": code}).files["app.mjs"] == code.replace("new WebSocket", "new SseSocket")


# Classic scripts.


@pytest.mark.parametrize(
    ("source", "path", "library"),
    [
        ("app.js", "app.js", "sse-socket.js"),
        ("./app.js?v=3", "app.js", "./sse-socket.js"),
        ("js/app.js", "js/app.js", "js/sse-socket.js"),
        ("../app.js", "app.js", None),
        ("/static/app.js", "static/app.js", "/static/sse-socket.js"),
        ("/static/app.js", "web/static/app.js", "/static/sse-socket.js"),
    ],
)
def test_the_tag_names_the_library_beside_the_script(rewrite, source: str, path: str, library: str | None) -> None:
    page = f'<html>\n  <body>\n    <script src="{source}" defer></script>\n  </body>\n</html>\n'
    where = "web/index.html" if library is None else "index.html"
    after = rewrite({where: page, path: SOCKET}).files[where]
    tag = f'    <script src="{library or "../sse-socket.js"}"></script>\n'
    assert after == page.replace("    <script", tag + "    <script")


@pytest.mark.parametrize(
    ("source", "library"),
    [
        ("{% static 'chat/app.js' %}", "{% static 'chat/sse-socket.js' %}"),
        ("{{ url_for('static', filename='chat/app.js') }}", "{{ url_for('static', filename='chat/sse-socket.js') }}"),
        ("{{ asset('js/chat/app.js') }}", "{{ asset('js/chat/sse-socket.js') }}"),
        ("/{{ prefix }}/{{ 'app.js' }}", "/{{ prefix }}/{{ 'sse-socket.js' }}"),
    ],
)
def test_the_tag_is_made_as_the_templates_make_theirs(rewrite, source: str, library: str) -> None:
    path = "web/static/js/chat/app.js"
    page = f'<body>\n<script src="{source}"></script>\n</body>\n'
    result = rewrite({"web/templates/index.html": page, path: SOCKET})
    assert result.files["web/templates/index.html"] == page.replace(
        "<script", f'<script src="{library}"></script>\n<script'
    )
    assert result.changed == (path, "web/static/js/chat/sse-socket.js", "web/templates/index.html")


def test_the_tag_on_a_line_with_something_else(rewrite) -> None:
    page = '<body><script src="app.js"></script></body>\n'
    after = rewrite({"index.html": page, "app.js": SOCKET}).files["index.html"]
    assert after == f'<body>{TAG}<script src="app.js"></script></body>\n'


def test_one_tag_before_the_first_script_that_needs_it(rewrite) -> None:
    page = '<script src="x.js"></script>\n<script src="a.js"></script>\n<script>\n  ' + SOCKET + "</script>\n"
    result = rewrite({"index.html": page, "a.js": SOCKET, "x.js": "go();\n"})
    assert result.files["index.html"] == (
        f'<script src="x.js"></script>\n{TAG}\n<script src="a.js"></script>\n<script>\n  {CONVERTED}</script>\n'
    )


def test_every_page_that_loads_the_script_gets_the_tag(rewrite) -> None:
    page = '<script src="app.js"></script>\n'
    result = rewrite({"a.html": page, "b.htm": page, "app.js": SOCKET})
    assert result.changed == ("a.html", "app.js", "b.htm", "sse-socket.js")


def test_an_inline_script(rewrite) -> None:
    page = "<p>é😀</p>\n<script>\n  const s = " + SOCKET + "  s.readyState === WebSocket.OPEN;\n</script>\n"
    result = rewrite({"web/index.html": page})
    assert result.changed == ("web/index.html", "web/sse-socket.js")
    assert result.files["web/index.html"] == (
        f"<p>é😀</p>\n{TAG}\n<script>\n  const s = {CONVERTED}  s.readyState === SseSocket.OPEN;\n</script>\n"
    )


# Modules.


def test_an_inline_module(rewrite) -> None:
    page = '<script type="module">\n  ' + SOCKET + "</script>\n"
    assert rewrite({"index.html": page}).files["index.html"] == (
        f'<script type="module">\n  import {{ SseSocket }} from "./sse-socket.js";\n\n  {CONVERTED}</script>\n'
    )


def test_a_file_that_a_page_loads_as_a_module(rewrite) -> None:
    page = '<script type="module" src="app.js"></script>\n'
    result = rewrite({"index.html": page, "app.js": SOCKET})
    assert result.changed == ("app.js", "sse-socket.js")
    assert result.files["app.js"] == f'import {{ SseSocket }} from "./sse-socket.js";\n\n{CONVERTED}'
    assert result.files["sse-socket.js"].endswith("\nexport { SseSocket };\n")


@pytest.mark.parametrize(
    ("before", "imported"),
    [
        ('import a from "./a.js";\nimport {\n  b,\n} from "./b.js";\n', ' from "./sse-socket.js";\n'),
        ("import a from './a.js'\n", " from './sse-socket.js'\n"),
        ("import a from './a.js';\n", " from './sse-socket.js';\n"),
    ],
)
def test_the_import_has_the_style_of_the_last_one(rewrite, before: str, imported: str) -> None:
    after = rewrite({"app.js": before + "\n" + SOCKET}).files["app.js"]
    assert after == f"{before}import {{ SseSocket }}{imported}\n{CONVERTED}"


@pytest.mark.parametrize(
    "header", ["#!/usr/bin/env node\n", "'use client';\n\n", "/* Licence: mine. */\n\n// @ts-check\n\n"]
)
def test_the_import_stands_below_the_header(rewrite, header: str) -> None:
    code = header + "// Opens.\nexport const s = " + SOCKET
    after = rewrite({"app.js": code}).files["app.js"]
    quote = "'" if "'" in header else '"'
    line = f"import {{ SseSocket }} from {quote}./sse-socket.js{quote};\n"
    assert after == f"{header}{line}\n// Opens.\nexport const s = {CONVERTED}"


def test_a_folder_with_both_kinds_of_scripts_gets_both_forms(rewrite) -> None:
    result = rewrite(
        {"index.html": '<script src="a.js"></script>\n', "a.js": SOCKET, "b.mjs": SOCKET},
    )
    assert result.changed == ("a.js", "b.mjs", "index.html", "sse-socket.js", "sse-socket.module.js")
    assert '"./sse-socket.module.js"' in result.files["b.mjs"]
    assert "export {" not in result.files["sse-socket.js"]


def test_typescript_gets_types(rewrite) -> None:
    code = (
        'import { show } from "./view";\n'
        "\n"
        "let socket: WebSocket | null = null;\n"
        "export function connect(url: string): WebSocket {\n"
        "  socket = new WebSocket(url as string);\n"
        "  return socket!;\n"
        "}\n"
    )
    result = rewrite({"src/chat.ts": code}, language="typescript")
    assert result.changed == ("src/chat.ts", "src/sse-socket.d.ts", "src/sse-socket.js")
    assert result.files["src/chat.ts"] == code.replace(
        '"./view";\n', '"./view";\nimport { SseSocket } from "./sse-socket.js";\n'
    ).replace("new WebSocket", "new SseSocket")


def test_tsx(rewrite) -> None:
    code = (
        "import { useRef } from 'react'\n"
        "export const Chat = () => {\n"
        "  const ref = useRef<WebSocket>(null)\n"
        "  return <button onClick={() => { ref.current = new WebSocket(url) }}>{'new WebSocket'}</button>\n"
        "}\n"
    )
    after = rewrite({"Chat.tsx": code}, opens="= new WebSocket", language="typescript").files["Chat.tsx"]
    assert "import { SseSocket } from './sse-socket.js'\n" in after
    assert "ref.current = new SseSocket(url)" in after
    assert "useRef<WebSocket>" in after
    assert "{'new WebSocket'}" in after
