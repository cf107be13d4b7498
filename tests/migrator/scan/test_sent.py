"""Which route keys a client sends, through what the application wraps around its socket."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrator.scan.browser import browser_clients
from migrator.scan.files import walk
from tests.migrator.scan.applications import write


def sends(tmp_path: Path, files: dict[str, str]) -> tuple[str, ...]:
    (client,) = browser_clients(
        walk(write(tmp_path, {name: dedent(text) for name, text in files.items()})), ("action",)
    )
    return client.sends


OPEN = "const s = new WebSocket(u);\n"


@pytest.mark.parametrize(
    "code",
    [
        "s.send(JSON.stringify({ kind: 'say' }));",
        "s.send('say');",
        's.send(\'{"kind": "say"}\');',
        "s.send('{broken');",
        "s.send(JSON.stringify({ action: compute() }));",
        "save({ action: 'say' });",
        "const send = (m) => log(m); store({ action: 'say' });",
        "function wrap(m) { queue.push(m); } wrap({ action: 'say' });",
        "s.send(); s.send(...all);",
    ],
)
def test_what_is_no_literal_key_of_a_message_is_left_out(tmp_path: Path, code: str) -> None:
    assert sends(tmp_path, {"web.js": OPEN + code}) == ()


@pytest.mark.parametrize(
    "code",
    [
        "s.send(JSON.stringify({ action: 'say' }));",
        's.send(\'{"action": "say"}\');',
        "s?.send(JSON.stringify({ 'action': `say`, text }));",
        "let data; data = { action: 'say' }; s.send(JSON.stringify(data));",
        "const text = JSON.stringify({ action: 'say' }); s.send(text);",
        "const ACTIONS = { SAY: 'say' }; s.send(JSON.stringify({ action: ACTIONS.SAY }));",
        "const SAY = 'say'; s.send(JSON.stringify({ action: SAY, text }));",
        "const action = 'say'; s.send(JSON.stringify({ action, text }));",
        "function deliver(message) { s.send(JSON.stringify(message)); } deliver({ action: 'say' });",
        "const deliver = (action, rest) => s.send(JSON.stringify({ action, ...rest })); deliver('say', {});",
        "const deliver = (kind) => { const m = { action: kind }; s.send(JSON.stringify(m)); }; deliver('say');",
        "class Chat { #deliver(route) { s.send(JSON.stringify({ action: route })); } say() { this.#deliver('say'); } }",
        "class Chat { deliver = (m) => { s.send(JSON.stringify(m)); }; say() { this.deliver({ action: 'say' }); } }",
        "const outer = (m) => inner(m); const inner = (m) => s.send(JSON.stringify(m)); outer({ action: 'say' });",
        "const f = useCallback((m) => { ref.current.send(JSON.stringify(m)); }, []); f({ action: 'say' });",
        "const api = { deliver(m) { s.send(JSON.stringify(m)); } }; api.deliver({ action: 'say' });",
        "s.addEventListener('open', () => s.send(JSON.stringify({ action: 'say' })));",
    ],
)
def test_literal_keys_are_found_through_wrappers(tmp_path: Path, code: str) -> None:
    assert sends(tmp_path, {"web.js": OPEN + code}) == ("say",)


def test_either_branch_of_a_choice_is_found(tmp_path: Path) -> None:
    code = "s.send(JSON.stringify({ action: loud ? 'shout' : 'say' }));\ns.send(JSON.stringify(a ? { action: 'x' } : { action: 'y' }));"
    assert sends(tmp_path, {"web.js": OPEN + code}) == ("shout", "say", "x", "y")


HOOK = """
    export function useChat() {
      const ws = useRef<WebSocket | null>(null);
      useEffect(() => { ws.current = new WebSocket(address); }, []);
      const deliver = useCallback((message: object) => { ws.current?.send(JSON.stringify(message)); }, []);
      return { deliver };
    }
"""


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("src/Page.tsx", "./hooks/useChat"),
        ("src/Page.tsx", "@/hooks/useChat"),
        ("src/pages/a/Page.jsx", "../../hooks/useChat.ts"),
        ("src/hooks/other.ts", "./useChat"),
    ],
)
def test_scripts_that_import_the_client_are_followed(tmp_path: Path, path: str, named: str) -> None:
    page = f"import {{ useChat }} from '{named}';\nconst {{ deliver }} = useChat();\ndeliver({{ action: 'say' }});\n"
    assert sends(tmp_path, {"src/hooks/useChat.ts": HOOK, path: page}) == ("say",)


def test_importers_of_importers_are_followed(tmp_path: Path) -> None:
    context = (
        "import { useChat } from './useChat';\n"
        "export const Chat = () => { const { deliver } = useChat(); const say = (t) => deliver({ action: 'say', t });\n"
        "const go = (action) => deliver({ action }); return { say, go }; };\n"
    )
    page = "import { Chat } from './context';\nconst { go } = Chat();\ngo('leave');\n"
    files = {"src/useChat.ts": HOOK, "src/context.ts": context, "src/page.ts": page}
    assert sends(tmp_path, files) == ("say", "leave")


def test_strangers_are_not_followed(tmp_path: Path) -> None:
    stranger = "import { deliver } from './mail';\ndeliver({ action: 'post' });\n"
    files = {"src/hooks/useChat.ts": HOOK, "src/stranger.ts": stranger, "src/mail.ts": "export const deliver = 1;\n"}
    assert sends(tmp_path, files) == ()


def test_scripts_of_one_page_share_their_names(tmp_path: Path) -> None:
    page = "<script src='js/socket.js'></script>\n<script src='js/app.js'></script>\n<script>deliver({ action: 'c' })</script>\n"
    files = {
        "index.html": page,
        "js/socket.js": OPEN + "function deliver(m) { s.send(JSON.stringify(m)); }\n",
        "js/app.js": "deliver({ action: 'b' });\n",
    }
    assert set(sends(tmp_path, files)) == {"b", "c"}
