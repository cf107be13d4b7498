"""Audio and video that is sent while it records: recordings and uploads first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migrator.scan.refusals.applications import of_kind, scanned

OPEN = "const socket = new WebSocket(address);\n"


@pytest.mark.parametrize(
    "code",
    [
        "const r = new MediaRecorder(s); r.ondataavailable = (e) => parts.push(e.data); r.onstop = () => upload(parts); r.start();",
        "const recorder = new MediaRecorder(s); recorder.ondataavailable = (e) => socket.send(e.data); recorder.start();",
        "const recorder = new MediaRecorder(s); recorder.ondataavailable = (e) => fetch('/x', { body: e.data }); recorder.start(250);",
        "// recorder.ondataavailable = (e) => socket.send(e.data); new MediaRecorder(s); recorder.start(100);",
        "reader.onload = () => socket.send(JSON.stringify({ action: 'say', file: btoa(reader.result) }));",
        "const audio = new Audio('x.mp3'); audio.play(); socket.send('played');",
        "worker.port.onmessage = (e) => socket.send(e.data);",
        "await context.audioWorklet.addModule('x.js'); node.port.onmessage = (e) => draw(e.data);",
    ],
)
def test_recordings_and_uploads_are_migrated(tmp_path: Path, code: str) -> None:
    assert of_kind(scanned(tmp_path, {"web/page.js": OPEN + code}), "two_way_audio") == []


@pytest.mark.parametrize(
    "code",
    [
        "const recorder = new MediaRecorder(s); recorder.ondataavailable = (e) => socket.send(e.data); recorder.start(250);",
        "mediaRecorder.addEventListener('dataavailable', (e) => { ws.send(e.data); }); mediaRecorder.start(SLICE); new MediaRecorder(s);",
        "const p = context.createScriptProcessor(4096, 1, 1); p.onaudioprocess = (e) => { const d = pcm(e); socket.send(d); };",
        "await context.audioWorklet.addModule('pcm.js'); node.port.onmessage = (e) => socket.send(e.data);",
        "recorderRef.current.ondataavailable = (e) => { sendAudio(e.data); }; new MediaRecorder(s); recorderRef.current.start(100);",
    ],
)
def test_what_is_sent_while_it_records_is_refused(tmp_path: Path, code: str) -> None:
    assert of_kind(scanned(tmp_path, {"web/page.js": OPEN + code}), "two_way_audio") == [("refuse", ())]


def test_only_the_route_that_the_frames_name_is_refused(tmp_path: Path) -> None:
    code = (
        "const recorder = new MediaRecorder(s);\n"
        "recorder.ondataavailable = (e) => socket.send(JSON.stringify({ action: 'say', audio: e.data }));\n"
        "recorder.start(250);\n"
    )

    assert of_kind(scanned(tmp_path, {"web/page.js": OPEN + code}), "two_way_audio") == [("refuse", ("say",))]
