"""Applications of one client file, scanned and rewritten, and what must hold for every rewrite of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from migrator.inventory.model import Api, Authorizer, Inventory, TokenFacts
from migrator.inventory.outcome import Outcome
from migrator.inventory.record import Location
from migrator.inventory.sites import sites
from migrator.rewrite.client import rewrite_clients
from migrator.rewrite.client.scripts import scripts_of
from migrator.rewrite.detector import remaining
from migrator.scan.browser import browser_clients
from migrator.scan.files import walk
from tests.migrator.rewrite.applications import with_crlf, with_tabs

LIBRARY: Final = ("sse-socket.js", "sse-socket.module.js", "sse-socket.cjs", "use-sse-socket.js", ".d.ts")
PAGE: Final = '<script src="app.js"></script>\n'
"""What loads a classic script app.js."""


VARIANTS: Final[tuple[Callable[[str], str], ...]] = (str, with_crlf, with_tabs)


@dataclass(frozen=True)
class Rewritten:
    files: dict[str, str]
    """All files of the application afterwards; those of the library are left out."""
    library: frozenset[str]
    """Paths of the files of the library that were put there."""
    outcomes: tuple[Outcome, ...]

    @property
    def outcome(self) -> Outcome:
        """That of the only client."""
        (only,) = [outcome for outcome in self.outcomes if outcome.site.kind == "client"]
        return only


def rewrite(files: Mapping[str, str], token: TokenFacts | None = None) -> Rewritten:
    """Scans and rewrites. Every site has one outcome, no script has more errors than before, and the detector finds
    nothing that the account doesn't have."""
    with TemporaryDirectory() as folder:
        app = Path(folder)
        for path, text in files.items():
            (app / path).parent.mkdir(parents=True, exist_ok=True)
            (app / path).write_bytes(text.encode("utf-8"))
        found = browser_clients(walk(app))
        here = Location(path="serverless.yml")
        authorizer = Authorizer(name="authorizer", type="REQUEST", token=token, location=here)
        api = Api(id="api", name="api", authorizer=authorizer, location=here)
        inventory = Inventory(application="app", clients=tuple(found), apis=(api,))
        edits, outcomes = rewrite_clients(app, inventory)
    assert [outcome.site for outcome in outcomes] == list(sites(inventory))
    after = {edit.path: edit.after for edit in edits if not edit.path.endswith(LIBRARY)}
    for path, text in after.items():
        assert _errors(path, text) <= _errors(path, files[path]), text
    stays = [o.site.location.path for o in outcomes if o.site.kind == "client" and o.status != "rewritten"]
    accounted = {path: stays.count(path) for path in stays}
    library = frozenset(edit.path for edit in edits if edit.path.endswith(LIBRARY))
    final = {path: text for path, text in {**files, **after}.items() if not path.endswith(LIBRARY)}
    assert remaining(final, {}, accounted) == []
    return Rewritten(final, library, outcomes)


def assert_rewrites(
    before: str, after: str, path: str = "app.mjs", *, status: str = "rewritten", token: TokenFacts | None = None
) -> Rewritten:
    """The one file becomes `after`, with other line ends and indents too, and a second run changes nothing."""
    assert _errors(path, after) <= _errors(path, before), "the expectation doesn't parse"
    pages = {"index.html": PAGE} if path == "app.js" else {}
    for variant in VARIANTS:
        result = rewrite({**pages, path: variant(before)}, token)
        assert result.files[path] == variant(after)
        assert {o.status for o in result.outcomes if o.site.kind == "client"} == {status}
    again = rewrite({**pages, path: after}, token)
    assert again.files[path] == after, "a second run changes it again"
    return result


def assert_left_alone(before: str, path: str = "app.mjs", *, status: str | None = None) -> None:
    """Nothing is written, in any variant. `status` of the client; None: the scan finds none."""
    pages = {"index.html": PAGE} if path == "app.js" else {}
    for variant in VARIANTS:
        files = {**pages, path: variant(before)}
        result = rewrite(files)
        assert result.files == files
        assert result.library == frozenset()
        assert [o.status for o in result.outcomes if o.site.kind == "client"] == ([status] if status else [])


def assert_marked(before: str, reason: str, path: str = "app.mjs") -> None:
    """A comment is added and nothing else, once, with the reason."""
    for variant in VARIANTS:
        result = rewrite({path: variant(before)})
        after = result.files[path]
        comments = [line for line in after.splitlines() if line.lstrip().startswith("//   ") or "// ws2sse: " in line]
        kept = [line for line in after.splitlines() if line not in comments]
        assert kept == variant(before).splitlines()
        assert reason in " ".join(comments)
        assert reason in result.outcome.reason or reason[0].lower() + reason[1:] in result.outcome.reason
        assert (result.outcome.status, result.outcome.safety) == ("marked", "manual")
        assert result.library == frozenset()
        assert rewrite({path: after}).files[path] == after, "a second run changes it again"


def _errors(path: str, text: str) -> int:
    return sum(len(script.errors()) for script in scripts_of(path, text))
