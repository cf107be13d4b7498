"""A migrated application says whether clients should be sent to it, and when those that it refuses may come back."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from tests.hostile.serving import eventually
from tests.running import migrated_process, running_migrated, token
from tests.shim.sse_client import open_stream


def asked(base: str) -> tuple[int, str]:
    answer = httpx.get(f"{base}/readyz", timeout=10)
    return answer.status_code, answer.json()["status"]


def test_who_is_refused_since_it_is_full_comes_back_later_and_who_is_connected_is_still_sent_here(
    migrated_chat: Path,
) -> None:
    with running_migrated(migrated_chat, STREAM_MAX_CONNECTIONS="1") as base:
        assert asked(base) == (200, "ready")
        with open_stream(f"{base}/stream", {"token": token("ana")}):
            assert asked(base) == (200, "full")
            accepted = {"token": token("ben")}
            refused = [
                httpx.get(f"{base}/stream", params=accepted, headers={"Accept": "text/event-stream"}) for _ in range(20)
            ]

    pauses = {int(one.headers["Retry-After"]) for one in refused}
    assert {one.status_code for one in refused} == {503}
    assert pauses <= set(range(5, 16))
    assert len(pauses) > 1


def test_load_balancers_have_time_to_notice_that_it_ends_while_it_serves_everybody(migrated_chat: Path) -> None:
    with (
        migrated_process(migrated_chat, DRAIN_NOTICE_SECONDS="600") as (base, service),
        open_stream(f"{base}/stream", {"token": token("ana")}) as ana,
    ):
        service.send_signal(signal.SIGTERM)
        eventually(lambda: asked(base) == (503, "ending"), 10)

        assert httpx.get(f"{base}/healthz").status_code == 200
        assert ana.send('{"type": "chat", "text": "still here"}').status_code == 200
        with open_stream(f"{base}/stream", {"token": token("ben")}):
            service.send_signal(signal.SIGTERM)  # a second one doesn't wait
            service.wait(30)


@pytest.mark.parametrize("notice_s", ["0", "0.5"])
def test_when_the_notice_is_over_it_ends_with_its_streams(notice_s: str, migrated_chat: Path) -> None:
    with (
        migrated_process(migrated_chat, DRAIN_NOTICE_SECONDS=notice_s) as (base, service),
        open_stream(f"{base}/stream", {"token": token("ana")}),
    ):
        service.send_signal(signal.SIGTERM)
        service.wait(30)
