"""`verify` from end to end, with the smallest new path that there can be."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from shim.dualrun.record.scenario import Connect, Session
from shim.dualrun.run import verify
from tests.running import CHAT

SESSIONS = (Session("refused", (Connect("nobody", refused=True),)),)
ENVIRONMENT = {"JWT_SECRET": "x" * 64, "CONNECTIONS_TABLE": "connections"}


def refusing(folder: Path, status: int) -> Path:
    """A new path that refuses every connection with `status`."""
    (folder / "sse_service").mkdir()
    source = f"""
        from fastapi import FastAPI
        from fastapi.responses import JSONResponse

        app = FastAPI()

        @app.get("/healthz")
        def healthz():
            return {{}}

        @app.get("/stream")
        def stream():
            return JSONResponse({{"message": "Unauthorized"}}, {status})
        """
    (folder / "sse_service" / "main.py").write_text(dedent(source), "utf-8")
    return folder


def test_a_side_that_does_not_come_up_is_inconclusive_and_says_why(tmp_path):
    report = verify(tmp_path / "nothing", tmp_path, SESSIONS, environment={}, tables=[], gaps=("A gap.",))
    assert (report.verdict, report.exit_status, report.sessions) == ("INCONCLUSIVE", 3, 0)
    assert "ended at once, with status 2" in report.reasons[0]
    assert report.reasons[1] == "A gap."


@pytest.mark.slow
def test_the_same_status_on_both_paths_is_a_pass(tmp_path):
    told: list[tuple[str, int, int]] = []
    report = verify(
        CHAT,
        refusing(tmp_path, 401),
        SESSIONS,
        environment=ENVIRONMENT,
        tables=[],
        progress=lambda *what: told.append(what),
    )
    assert (report.verdict, report.exit_status, report.application) == ("PASS", 0, "chat"), report.reasons
    assert told[0] == ("legacy-1: refused", 1, 3)
    assert {session for session, _, _ in told[1:]} == {"legacy-2: refused", "candidate: refused"}
    assert [number for _, number, _ in told] == [1, 2, 3]


@pytest.mark.slow
def test_another_status_is_a_failure(tmp_path):
    report = verify(CHAT, refusing(tmp_path, 403), SESSIONS, environment=ENVIRONMENT, tables=[])
    assert (report.verdict, report.exit_status) == ("FAIL", 1)
    assert [difference.detail for difference in report.differences] == [
        "The connect of nobody was refused with 401 on the legacy path, and refused with 403 on the new one."
    ]
