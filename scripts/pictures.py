"""Takes the picture of the README from a real run: two pages, two transports, one chat."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.conftest import FLAGS
from tests.running import CHAT, ROOT, running_shim, token

PICTURE = ROOT / "docs" / "images" / "demo.png"

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


def main() -> None:
    found = subprocess.run(
        [ROOT / "scripts" / "find-chromium", "--install"], capture_output=True, text=True, check=True
    )
    if not found.stdout.strip():
        sys.exit(found.stderr)
    with running_shim(CHAT) as addresses, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 680})
        converse(page, addresses)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"Wrote {PICTURE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
