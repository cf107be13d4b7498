"""What developers do."""

from __future__ import annotations

from functools import partial
from typing import Final

from checklists.model import Item

_item = partial(Item, audience="developer")

ITEMS: Final = (
    _item(
        id="DEV-FIND-CODE",
        title="Find all WebSocket code",
        phase="discover",
        kind="auto",
        probe="code_found",
        action=(
            "Run ws2sse scan APP. Look at every problem that it calls serious, and settle it, until the "
            "list of sites is complete."
        ),
        undo="Nothing to undo: the scan only reads.",
    ),
    _item(
        id="DEV-STOP-NEW",
        title="Build nothing new on WebSocket",
        phase="discover",
        kind="auto",
        probe="no_new_sites",
        action=(
            "Agree that new features do not use WebSocket, and let CI run this checklist: it fails when "
            "there are more WebSocket sites than on the first day."
        ),
        undo="Lift the agreement, and raise sites= in the first line of the Markdown checklist.",
    ),
    _item(
        id="DEV-NEW-ON-SSE",
        title="Build new features on SSE and REST",
        phase="discover",
        kind="manual",
        action=(
            "Make Server-Sent Events with REST calls the recommended way for new features: say so where "
            "the team looks for its conventions, with an example to copy."
        ),
        undo="Withdraw the recommendation.",
    ),
    _item(
        id="DEV-REPLACE-SSE",
        title="Replace the WebSocket server code with SSE",
        phase="verify",
        kind="auto",
        probe="replaced",
        depends_on=("DEV-FIND-CODE",),
        action=(
            "Run ws2sse migrate APP --out NEW, settle what it marks, then run ws2sse verify APP NEW "
            "--keep until it says PASS on all routes."
        ),
        undo=(
            "Keep serving the old application: nothing of it was changed. The shim serves both kinds of "
            "client meanwhile."
        ),
    ),
    _item(
        id="DEV-UPDATE-CLIENTS",
        title="Update the clients",
        phase="cutover",
        kind="assisted",
        probe="clients_moved",
        depends_on=("DEV-REPLACE-SSE",),
        action=(
            "Let every client open an event stream and send by POST. Also the clients that live in other "
            "repositories, which the scan can't see: phones, partners, scripts. Tick when they are done "
            "too."
        ),
        undo=("Ship the previous client again; the WebSocket face of the shim, or the old endpoint, still answers it."),
    ),
    _item(
        id="DEV-ERROR-HANDLING",
        title="Review how errors are handled",
        phase="verify",
        kind="assisted",
        probe="errors_reviewed",
        depends_on=("DEV-REPLACE-SSE",),
        action=(
            "Errors become HTTP statuses instead of frames and close codes. Look at refused logins, "
            "unknown routes, failing handlers and connections that are gone, on both sides, and tick when "
            "they are as wanted."
        ),
        undo="Go back to the previous error handling together with the code that it belongs to.",
    ),
    _item(
        id="DEV-REMOVE-RECONNECT",
        title="Remove hand-made reconnect logic",
        phase="cutover",
        kind="assisted",
        probe="reconnects_removed",
        depends_on=("DEV-UPDATE-CLIENTS",),
        action=(
            "An event stream reconnects by itself and resumes with Last-Event-ID. Remove timers and "
            "back-off that did this by hand, or two mechanisms will compete."
        ),
        undo="Restore the client's previous version.",
    ),
    _item(
        id="DEV-UPDATE-TESTS",
        title="Update the tests",
        phase="verify",
        kind="assisted",
        probe="tests_moved",
        depends_on=("DEV-REPLACE-SSE",),
        action="Rewrite or retire the tests and mocks of the old path, and run the new ones in CI.",
        undo="Restore the old tests as long as the old path is still served.",
    ),
    _item(
        id="DEV-UPDATE-DOCS",
        title="Update the documentation",
        phase="cutover",
        kind="manual",
        depends_on=("DEV-REPLACE-SSE",),
        action=(
            "Describe the new endpoints, events, errors and authentication wherever the WebSocket API is "
            "described: API reference, READMEs, diagrams, onboarding."
        ),
        undo="Restore the previous pages from version control.",
    ),
    _item(
        id="DEV-ARCHIVE-DOCS",
        title="Archive the WebSocket documentation",
        phase="confirm",
        kind="manual",
        depends_on=("DEV-UPDATE-DOCS", "INFRA-REMOVE-API"),
        action=(
            "Move the pages about the WebSocket API to the archive, with a line at the top that says what "
            "replaced it and when."
        ),
        undo="Move them back.",
    ),
)


def move_route(item_id: str, title: str, key: str) -> Item:
    """The item of one route. Phase 2 has one for each: features move one at a time."""
    return _item(
        id=item_id,
        title=title,
        phase="verify",
        kind="auto",
        probe="route_moved",
        subject=key,
        depends_on=("DEV-FIND-CODE",),
        action=(
            "Run the sessions of this route through both paths: ws2sse verify APP NEW --keep. Settle "
            "the differences that it shows."
        ),
        undo="Send the clients of this route back to the WebSocket path; it still stands.",
    )
