"""The shim's own recorder: all that clients of both kinds send and receive, in order, bounded, without secrets."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from functools import partial

import pytest

from shim.app import ShimApp
from shim.dualrun.record.errors import KeyUnusable, RecordingFull, RecordingMixed, RecordingUnwritable
from shim.dualrun.record.header import Header
from shim.dualrun.record.keyed import Hasher
from shim.dualrun.record.loading import load_recordings
from shim.dualrun.record.recorded_service import RecordedStreams, recorded
from shim.dualrun.record.recorder import TrafficRecorder
from shim.dualrun.record.recording_start import start_recording
from shim.dualrun.record.redaction import Redactor
from shim.dualrun.record.scenario import Close, Connect, Resume, Send, Session
from shim.dualrun.record.traffic import sessions_of_traffic
from shim.dualrun.replay.driver import run_sessions
from shim.dualrun.replay.settling import Timing
from shim.dualrun.replay.stream_client import StreamClient
from shim.dualrun.replay.websocket_client import WebSocketClient
from shim.emulation import GatewayService
from shim.gateway.definition import ApiDefinition, LambdaProxy, RouteDefinition
from shim.recording import RecordingOptions
from shim.service import Handshake
from tests.shim.faces.facing import ROUTES, Functions
from tests.shim.serving import listening_hot

KEY = "6b" * 32
SECRET = "my-token-0123456789"
QUICK = Timing(quiet=0.1, first_quiet=0.2, settle=0.05)
TALK = Session(
    "talk",
    (
        Connect("refused", query=(("status", "403"),)),
        Connect("alice", (("X-Lang", "de"),), (("token", SECRET),)),
        Send("alice", json.dumps({"action": "echo", "token": SECRET, "text": "hello"})),
        Send("alice", '{"action":"push","n":1}'),
        Resume("alice"),
        Send("alice", '{"action":"push","n":2}'),
        Close("alice"),
    ),
)


@contextmanager
def shim(options: RecordingOptions):
    """Serves a small application whose clients are recorded; yields the port."""
    functions = Functions()
    routes = {key: RouteDefinition(LambdaProxy(key), key == "echo") for key in ROUTES}
    api = ApiDefinition(name="test", routes=routes, stage="prod")
    service = GatewayService(api, functions, RecordedStreams())
    functions.push = service.post
    recorder = start_recording(options, "test")
    assert recorder is not None
    try:
        with listening_hot(ShimApp(recorded(service, recorder))) as port:
            yield port
    finally:
        recorder.close()


def talk_over(port: int, path: str, session: Session = TALK):
    client, scheme = (WebSocketClient, "ws") if path == "websocket" else (StreamClient, "http")
    make = partial(client, f"{scheme}://127.0.0.1:{port}/prod")
    return asyncio.run(run_sessions([session], make, run="legacy-1", path=path, timing=QUICK))


@pytest.mark.parametrize("path", ["websocket", "stream"])
def test_what_clients_send_and_receive_is_recorded(path, tmp_path):
    file = tmp_path / "traffic.jsonl"
    with shim(RecordingOptions(file, key=KEY)) as port:
        driven = talk_over(port, path)
    loaded = load_recordings(file)
    (part,) = loaded.parts
    assert part.whole
    assert loaded.notes == ()
    assert (part.header.application, part.header.run) == ("test", "traffic")
    of_alice = [e for e in part.recording.events if e.client == "client-2"]
    heard = [e.text for e in driven.events if e.client == "alice" and e.kind == "msg"]
    assert [e.text for e in of_alice if e.kind == "msg"] == [text.replace(SECRET, _hidden()) for text in heard]
    assert [(e.client, e.kind, e.status) for e in part.recording.events[:2]] == [
        ("client-1", "refused", 403),
        ("client-2", "open", 101 if path == "websocket" else 200),
    ]
    kinds = [e.kind for e in part.recording.sent if e.client == "client-2"]
    resumes = [] if path == "websocket" else ["resume"]
    assert kinds == ["connect", "msg", "msg", *resumes, "msg", "close"]
    assert SECRET not in file.read_text()


def test_recorded_traffic_can_be_run_again(tmp_path):
    file = tmp_path / "traffic.jsonl"
    with shim(RecordingOptions(file, key=KEY)) as port:
        talk_over(port, "stream")
    sessions = sessions_of_traffic([part.recording for part in load_recordings(file).parts]).sessions
    assert [step for session in sessions for step in session.steps][1:4] == [
        Connect("client-2", (("x-lang", "de"),), (("token", _hidden()),)),
        Send("client-2", TALK.steps[2].text.replace(SECRET, _hidden())),
        Send("client-2", TALK.steps[3].text),
    ]


def test_a_recorder_that_is_started_again_adds_to_the_file(tmp_path):
    options = RecordingOptions(tmp_path / "traffic.jsonl", key=KEY)
    for _ in range(2):
        start_recording(options, "test").close()
    with options.file.open("ab") as file:
        file.write(b'{"session":"cut o')
    start_recording(options, "test").close()
    loaded = load_recordings(options.file)
    assert [part.whole for part in loaded.parts] == [True, True, True]
    assert [note.kind for note in loaded.notes] == ["cut_off"]


class _Failing(Redactor):
    def event(self, event):
        if "odd" in event.text:
            raise RuntimeError(event.text)
        return super().event(event)


def test_what_cannot_be_hidden_is_not_written_and_all_else_is(tmp_path, caplog):
    path = tmp_path / "traffic.jsonl"
    header = Header("chat", "traffic", "websocket")
    recorder = TrafficRecorder(path.open("wb"), header, _Failing(Hasher(bytes.fromhex(KEY))), max_bytes=1_000_000)
    client = recorder.connecting(Handshake(headers=(), query=(), source_ip="127.0.0.1", face="websocket"))
    recorder.pending("c-1", client)
    for text in ("one", "odd secret", "two"):
        recorder.sent("c-1", text)
    recorder.close()
    loaded = load_recordings(path)
    (part,) = loaded.parts
    assert [event.text for event in part.recording.sent][1:] == ["one", "two"]
    assert (part.whole, part.lost) == (True, 1)
    assert "RuntimeError" in caplog.text
    assert "odd secret" not in caplog.text


def test_without_a_file_nothing_is_recorded():
    assert start_recording(RecordingOptions(), "test") is None


def test_a_file_that_is_full_of_another_application_or_key_or_unwritable_is_refused(tmp_path):
    options = RecordingOptions(tmp_path / "traffic.jsonl", key=KEY)
    start_recording(options, "test").close()
    with pytest.raises(RecordingMixed):
        start_recording(options, "other")
    with pytest.raises(RecordingMixed):
        start_recording(RecordingOptions(options.file, key="00" * 16), "test")
    with pytest.raises(KeyUnusable):
        start_recording(RecordingOptions(options.file, key="short"), "test")
    with pytest.raises(RecordingUnwritable):
        start_recording(RecordingOptions(options.file / "below", key=KEY), "test")
    with options.file.open("ab") as file:
        file.truncate(1_000_000)
    with pytest.raises(RecordingFull):
        start_recording(RecordingOptions(options.file, max_mb=1, key=KEY), "test")


def test_a_key_is_made_beside_the_recording(tmp_path):
    start_recording(RecordingOptions(tmp_path / "a.jsonl"), "test").close()
    assert (tmp_path / "a.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a.jsonl").stat().st_mode & 0o777 == 0o600


def _hidden() -> str:
    return Hasher(bytes.fromhex(KEY)).hide(SECRET)
