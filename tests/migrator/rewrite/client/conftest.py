"""One way to rewrite a small application, which checks what holds for every rewrite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrator.inventory.model import Api, Authorizer, Client, Inventory, Language, TokenFacts
from migrator.inventory.outcome import Outcome
from migrator.inventory.record import Location
from migrator.inventory.sites import sites
from migrator.rewrite.client import rewrite_clients
from migrator.rewrite.client.scripts import scripts_of

LIBRARY = ("sse-socket.js", "sse-socket.module.js", "sse-socket.cjs", "use-sse-socket.js", ".d.ts")


@dataclass(frozen=True)
class Result:
    files: dict[str, str]
    """All files of the application afterwards."""
    changed: tuple[str, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def outcome(self) -> Outcome:
        (only,) = self.outcomes
        return only


Rewrite = Callable[..., Result]


@pytest.fixture
def rewrite(tmp_path: Path) -> Rewrite:
    """Rewrites files (path -> text). Clients are where `opens` stands; the other needles are their hand-made parts.

    `token`: what the authorizer accepts; with it, clients have the query parameter that it names.
    Checks on the way: one outcome a site, scripts parse, a second pass changes nothing, CRLF gives the same in CRLF.
    """

    def run(files: dict[str, str], **options: object) -> Result:
        result = _run(tmp_path / "lf", files, **options)  # type: ignore[arg-type]
        again = _run(tmp_path / "again", result.files, **options)  # type: ignore[arg-type]
        assert again.changed == ()
        windows = {path: text.replace("\n", "\r\n") for path, text in files.items()}
        crlf = _run(tmp_path / "crlf", windows, **options)  # type: ignore[arg-type]
        own = {path: text for path, text in result.files.items() if not path.endswith(LIBRARY)}
        assert {path: crlf.files[path] for path in own} == {p: text.replace("\n", "\r\n") for p, text in own.items()}
        return result

    return run


def _run(
    app: Path,
    files: dict[str, str],
    *,
    opens: str = "new WebSocket",
    library: str = "WebSocket",
    language: Language = "javascript",
    reconnect: str | None = None,
    heartbeat: str | None = None,
    token: TokenFacts | None = None,
    identity_sources: tuple[str, ...] = (),
) -> Result:
    for path, text in files.items():
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        (app / path).write_bytes(text.encode("utf-8"))
    clients = [
        Client(
            location=location,
            language=language,
            library=library,
            token="query" if token else None,
            token_parameter=token.query if token else None,
            reconnect=_first(path, text, reconnect),
            heartbeat=_first(path, text, heartbeat),
        )
        for path, text in files.items()
        if not path.endswith(LIBRARY)
        for location in _all(path, text, opens)
    ]
    inventory = Inventory(application="app", clients=tuple(clients), apis=(_api(token, identity_sources),))
    edits, outcomes = rewrite_clients(app, inventory)
    assert [outcome.site for outcome in outcomes] == list(sites(inventory))
    assert [edit.before for edit in edits] == [files.get(edit.path) for edit in edits]
    after = files | {edit.path: edit.after for edit in edits}
    errors = {
        path: sum(len(s.errors()) for s in scripts_of(path, text))
        for path, text in after.items()
        if not path.endswith(LIBRARY)
    }
    before = {path: sum(len(s.errors()) for s in scripts_of(path, text)) for path, text in files.items()}
    assert errors == {path: before.get(path, 0) for path in errors}
    return Result(after, tuple(edit.path for edit in edits), outcomes)


def _api(token: TokenFacts | None, identity_sources: tuple[str, ...]) -> Api:
    place = Location(path="serverless.yml")
    authorizer = Authorizer(
        name="authorizer", type="REQUEST", token=token, identity_sources=identity_sources, location=place
    )
    return Api(id="api", name="api", authorizer=authorizer, location=place)


def _all(path: str, text: str, needle: str) -> list[Location]:
    text = text.removeprefix("\ufeff")
    found, at = [], text.find(needle)
    shift = len(needle) - len(needle.removeprefix("= "))
    while at >= 0:
        line = text.count("\n", 0, at)
        found.append(Location(path=path, line=line + 1, column=at + shift - (text.rfind("\n", 0, at) + 1) + 1))
        at = text.find(needle, at + 1)
    return found


def _first(path: str, text: str, needle: str | None) -> Location | None:
    return next(iter(_all(path, text, needle)), None) if needle else None
