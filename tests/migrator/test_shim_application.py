"""What clients of `ws2sse shim` meet is what is switched on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx

from migrator.commands.shim_application import application_of, recorder_of
from migrator.hosting import bridge
from shim.app import ShimApp
from shim.dualrun.cutover.operator_calls import PATH
from shim.dualrun.cutover.service import CutoverService
from shim.dualrun.record.recorded_service import RecordedService
from shim.service import Service
from tests.migrator.configured import configured

NOWHERE = "127.0.0.1:1"


def application(given: dict[str, Any]) -> ShimApp:
    options = configured(None, {"backend.kind": "websocket", "backend.websocket.url": f"ws://{NOWHERE}", **given})
    hosted = bridge(options)
    recorder = recorder_of(options, hosted.service.api.name)
    made = application_of(hosted, options, None, None, recorder)
    if recorder is not None:
        recorder.close()
    return made


def is_there(made: ShimApp, page: str) -> bool:
    async def status() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(made.api), base_url="http://127.0.0.1") as client:
            return (await client.get(page)).status_code

    return asyncio.run(status()) == 200


def cut_over_to(journal: Path) -> dict[str, Any]:
    return {"cutover.journal": journal, "cutover.user_from": ["query:user"], "backend.rest.url": f"http://{NOWHERE}"}


def test_a_shim_that_only_serves_is_neither_recorded_nor_cut_over() -> None:
    made = application({})
    assert not isinstance(made.service, CutoverService | RecordedService)
    assert is_there(made, "/healthz")
    assert not is_there(made, PATH)


def test_a_cut_over_stands_before_the_service_with_its_pages(tmp_path: Path) -> None:
    made = application(cut_over_to(tmp_path / "journal.jsonl"))
    assert isinstance(made.service, CutoverService)
    assert is_there(made, PATH)


def test_a_cut_over_is_recorded_too(tmp_path: Path) -> None:
    file = tmp_path / "traffic.jsonl"
    made = application({**cut_over_to(tmp_path / "journal.jsonl"), "recording.file": file})
    service: Service = made.service
    assert isinstance(service, RecordedService)
    assert file.exists()
