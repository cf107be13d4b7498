"""Takes the pictures of the docs from real runs: two pages, two transports, one chat; a dual run that fails; and the
checklist of a migration that is half done, with its account in a fake AWS.

Names of pictures choose them: `demo`, `verify-report`, `checklist`. Default: all.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from checklists import render_html
from tests.browser.conftest import FLAGS
from tests.checklists.demo import demo as half_done
from tests.running import CHAT, ROOT, WS2SSE, environment, running_shim, token, ws2sse

IMAGES = ROOT / "docs" / "images"

MEANT = "found = streams.find(tenant_id=tenant_id)"
LEAKING = "found = streams.find()"
"""What the new path of the dual run does wrong: it pushes to everybody, whatever their tenant."""

FRAMES = """<!doctype html><style>
body {{ margin: 0; padding: 12px; background: #334; height: 656px }}
body {{ display: grid; gap: 12px; grid-template-columns: 1fr 1fr }}
iframe {{ border: 0; border-radius: 8px; width: 100%; height: 100%; background: white }}
</style><iframe name=legacy src="{legacy}"></iframe><iframe name=modern src="{modern}"></iframe>"""


def converse(page: Page, addresses: dict[str, str]) -> None:
    query = urlencode({"address": addresses["websocket"], "token": token("ana")})
    frames = FRAMES.format(legacy=f"{addresses['web']}?{query}", modern=addresses["pages"]["sse"])  # type: ignore[index]
    page.goto(addresses["base"] + "/healthz")
    page.set_content(frames)
    legacy, modern = page.frame_locator("[name=legacy]"), page.frame_locator("[name=modern]")
    expect(legacy.locator("#status")).to_have_attribute("data-state", "open")
    modern.locator("#address").fill(addresses["stream"])
    modern.locator("#token").fill(token("bo"))
    modern.locator("#connect").click()
    expect(modern.locator("#status")).to_have_attribute("data-state", "open")
    legacy.locator("#text").fill("Hello Bo! I am still on WebSocket.")
    legacy.locator("#send").click()
    expect(modern.locator("#log")).to_contain_text("still on WebSocket")
    modern.locator("#message").fill('{"type": "chat", "text": "Hi Ana. I am on SSE + POST already."}')
    modern.locator("#send").click()
    expect(legacy.locator("#log")).to_contain_text("SSE + POST already")


def demo(browser: Browser, picture: Path) -> None:
    with running_shim(CHAT) as addresses:
        page = browser.new_page(viewport={"width": 1280, "height": 680})
        converse(page, addresses)
        page.screenshot(path=picture)


def verify_report(browser: Browser, picture: Path) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        new, report = folder / "chat-sse", folder / "verify.html"
        shutil.copytree(CHAT, folder / "chat")
        migrated = ws2sse("migrate", CHAT, "--out", new)
        source = new / "tenant_chat" / "connections.py"
        if not source.exists() or MEANT not in source.read_text("utf-8"):
            sys.exit(f"{migrated.stderr}{source} is not what it was when this picture was made.")
        source.write_text(source.read_text("utf-8").replace(MEANT, LEAKING), "utf-8")
        command = [*WS2SSE, "verify", "chat", new.name, "--report", report.name]
        env = environment(PYTHONPATH=str(ROOT))
        finished = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        if finished.returncode != 1:
            sys.exit(f"{finished.stdout}{finished.stderr}")
        page = browser.new_page(viewport={"width": 1100, "height": 1500})
        page.goto(report.as_uri())
        page.screenshot(path=picture)


def checklist(browser: Browser, picture: Path) -> None:
    with TemporaryDirectory() as name:
        file = Path(name) / "checklist.html"
        file.write_text(render_html(half_done()), "utf-8")
        page = browser.new_page(viewport={"width": 1400, "height": 1360})
        page.goto(file.as_uri())
        page.screenshot(path=picture)


PICTURES = {"demo": demo, "verify-report": verify_report, "checklist": checklist}


def main(names: Sequence[str]) -> None:
    found = subprocess.run(
        [ROOT / "scripts" / "find-chromium", "--install"], capture_output=True, text=True, check=True
    )
    if not found.stdout.strip():
        sys.exit(found.stderr)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=FLAGS)
        for name in names or PICTURES:
            picture = IMAGES / f"{name}.png"
            PICTURES[name](browser, picture)
            print(f"Wrote {picture.relative_to(ROOT)}.")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
