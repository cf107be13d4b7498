"""`ws2sse shim` as scripts drive it."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from websockets.sync.client import connect

from migrator.commands.shim_ending import SAME_SIGNAL_S
from migrator.commands.shim_settings import LOCAL_CREDENTIALS, local_credentials
from migrator.commands.shim_words import explain
from shim.config.configuration import configuration_of
from shim.config.layers import Given
from tests.migrator.configured import configured
from tests.running import CHAT, ROOT, WS2SSE, environment, invoke, process, running_shim, token, ws2sse
from tests.shim.backends.lambda_endpoint import lambda_endpoint
from tests.shim.sse_client import STREAM, open_stream

WITHOUT_THE_MIGRATOR = """
import sys
for name in ("libcst", "ast_grep_py", "ruamel"):
    sys.modules[name] = None
from migrator.cli import main
main()
"""


def test_the_first_line_tells_the_addresses_and_handlers_print_elsewhere() -> None:
    with running_shim(CHAT, "--stage", "other") as addresses:
        assert addresses["stage"] == "other"
        assert addresses["stream"].endswith("/other")
        assert addresses["websocket"].startswith("ws://127.0.0.1:")
        assert addresses["aws"] == "moto"
        assert httpx.get(addresses["base"] + "/healthz").json() == {"status": "ok"}
        assert httpx.get(addresses["web"]).status_code == 200
        with open_stream(addresses["stream"], {"token": token("ana")}) as client:
            client.send("not json")  # its handler prints a line of log
            assert json.loads(client.next().data)["error"]["message"] == "message is not JSON"


@pytest.mark.slow
def test_the_shim_runs_without_the_libraries_of_the_migrator(tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.json"
    inventory.write_text(ws2sse("scan", CHAT, "--format", "json").stdout)
    arguments = ["shim", str(CHAT), "--inventory", str(inventory), "--port", "0", "--format", "json"]
    with process([sys.executable, "-c", WITHOUT_THE_MIGRATOR, *arguments], ROOT, environment()) as shim:
        assert shim.stdout is not None
        line = shim.stdout.readline()
        assert line, shim.communicate()[1]
        with open_stream(json.loads(line)["stream"], {"token": token("ana")}) as client:
            client.send('{"type": "ping", "echo": 1}')
            assert json.loads(client.next().data) == {"type": "pong", "echo": 1}


def test_a_missing_library_is_named_with_the_extra_that_has_it() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_MIGRATOR, "scan", str(CHAT)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 2
    assert "pip install 'ws2sse[migrator]'" in finished.stderr


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"application": "x", "surprise": 1}'])
def test_an_inventory_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "inventory.json").write_text(text)
    finished = invoke("shim", CHAT, "--inventory", tmp_path / "inventory.json", "--port", "0")

    assert finished.returncode == 2
    assert "is not an inventory of this version" in finished.stderr


APP = """
import os, time
import boto3

WAITED = os.environ.get("WAIT_S", "0")


def connect(event, context):
    return {"statusCode": 200}


def say(event, context):
    time.sleep(float(WAITED))
    where = event["requestContext"]
    management = boto3.client("apigatewaymanagementapi", endpoint_url=f"https://{where['domainName']}/{where['stage']}")
    management.post_to_connection(ConnectionId=where["connectionId"], Data=b"heard: " + event["body"].encode())
    return {"statusCode": 200}
"""

SERVERLESS = """
service: small
provider: {name: aws, runtime: python3.11, stage: dev}
functions:
  connect: {handler: app.connect, events: [{websocket: {route: $connect}}]}
  say: {handler: app.say, events: [{websocket: {route: $default}}]}
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "serverless.yml").write_text(SERVERLESS)
    return folder


@contextmanager
def shim(*arguments: str | Path, **variables: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """`ws2sse shim` on a free port; its first line, and the process."""
    command = [*WS2SSE, "shim", *map(str, arguments), "--port", "0", "--format", "json"]
    with process(command, ROOT, environment(**variables)) as started:
        assert started.stdout is not None
        line = started.stdout.readline()
        assert line, started.communicate()[1]
        yield json.loads(line), started


def management(endpoint: str, key: str = "local", secret: str = "local") -> Any:
    session = boto3.session.Session(key, secret, region_name="us-east-1")
    config = Config(retries={"total_max_attempts": 1})
    return session.client("apigatewaymanagementapi", endpoint_url=endpoint, config=config)


@pytest.mark.slow
class TestWhoMayPush:
    def test_another_process_of_this_machine_when_aws_is_played(self, app: Path) -> None:
        with shim(app) as (told, _), open_stream(told["stream"]) as client:
            management(told["management"]).post_to_connection(ConnectionId=client.connection_id, Data=b"hello")
            assert client.next().data == "hello"
            with pytest.raises(ClientError, match=r"InvalidSignature|SignatureDoesNotMatch"):
                management(told["management"], secret="guess").get_connection(ConnectionId=client.connection_id)

    def test_nobody_but_those_in_the_file_when_there_is_one(self, app: Path, tmp_path: Path) -> None:
        keys = tmp_path / "callers"
        keys.write_text("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = hush\n")
        keys.chmod(0o600)
        with shim(app, "--credentials-file", keys) as (told, _), open_stream(told["stream"]) as client:
            with pytest.raises(ClientError, match="UnrecognizedClient"):
                management(told["management"]).get_connection(ConnectionId=client.connection_id)
            pushing = management(told["management"], "AKIDEXAMPLE", "hush")
            pushing.post_to_connection(ConnectionId=client.connection_id, Data=b"hello")
            assert client.next().data == "hello"

    def test_what_is_said_about_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        local = {"management.credentials": [LOCAL_CREDENTIALS]}
        explain(configured(None, local), "moto")
        assert "AWS_ACCESS_KEY_ID=local" in capsys.readouterr().err
        explain(configured(None, {}), "moto")
        assert "AWS_ACCESS_KEY_ID" not in capsys.readouterr().err


class TestWhereItListens:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
    def test_on_this_machine_there_is_nothing_to_warn_of(self, host: str, capsys: pytest.CaptureFixture[str]) -> None:
        explain(configured(None, {"listen.host": host}), "moto")

        assert "warning" not in capsys.readouterr().err

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
    def test_elsewhere_it_warns_unless_a_front_end_is_named(
        self, host: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        explain(configured(None, {"listen.host": host}), "moto")
        assert f"warning: {host} can be reached from other machines" in capsys.readouterr().err
        explain(configured(None, {"listen.host": host, "faces.trusted_proxies": ["10.0.0.0/8"]}), "moto")
        assert "warning" not in capsys.readouterr().err

    @pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
    def test_dummy_credentials_are_for_this_machine_only(self, host: str) -> None:
        found = configuration_of([{"listen.host": Given(host, "test")}])

        assert local_credentials(found) == {}
        assert local_credentials(configuration_of([])) != {}
        assert local_credentials(configuration_of([{"management.verify": Given(False, "test")}])) == {}


class TestHowItEnds:
    def test_a_message_under_way_is_finished_and_its_push_arrives(self, app: Path) -> None:
        with shim(app, WAIT_S="1") as (told, started), open_stream(told["stream"]) as client:
            client.send("slow")
            started.terminate()
            assert client.next().data == "heard: slow"
            said = started.communicate(timeout=20)[1]

        assert started.returncode == 0
        assert "ending: no new connections" in said

    def test_a_second_signal_ends_it_at_once(self, app: Path) -> None:
        with shim(app, WAIT_S="60") as (told, started), open_stream(told["stream"]) as client:
            client.send("slow")
            assert started.stderr is not None
            started.terminate()
            talk = until(started, "ending: no new connections")
            time.sleep(SAME_SIGNAL_S + 0.1)  # sooner it would be the same one
            started.terminate()
            talk += started.communicate(timeout=5)[1]

        assert (started.returncode, "ended at once" in talk) == (130, True)


def until(started: subprocess.Popen[str], words: str) -> str:
    """What it says on stderr, up to these words."""
    assert started.stderr is not None
    talk = ""
    for line in started.stderr:
        talk += line
        if words in line:
            return talk
    raise AssertionError(talk)


class TestBackEnds:
    @pytest.mark.parametrize("workers", ["threads", "processes"])
    @pytest.mark.slow
    def test_python_handlers_change_while_they_are_served(self, app: Path, workers: str) -> None:
        with shim(app, "--reload", "--workers", workers) as (told, _), open_stream(told["stream"]) as client:
            client.send("one")
            assert client.next().data == "heard: one"
            (app / "app.py").write_text(APP.replace("heard: ", "changed: "))
            end = time.monotonic() + 20
            while True:
                client.send("two")
                data = client.next().data
                if data == "changed: two":
                    break
                assert (data, time.monotonic() < end) == ("heard: two", True)
                time.sleep(0.1)

    @pytest.mark.slow
    def test_deployed_functions_are_called_where_they_are(self, app: Path) -> None:
        heard = []
        functions = {
            "small-connect": lambda event, context: {"statusCode": 200},
            "small-say": lambda event, context: heard.append(event["body"]) or {"statusCode": 200},
        }
        with lambda_endpoint(functions) as endpoint:
            names = '{"app.py:connect": "small-connect", "app.py:say": "small-say"}'
            settings = ("--set", f"backend.lambda.endpoint_url={endpoint}", "--set", f"backend.lambda.names={names}")
            keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
            with shim(app, "--backend", "lambda", *settings, **keys) as (told, _):
                assert told["aws"] == "configured"
                with open_stream(told["stream"]) as client:
                    assert client.send("hello", Prefer="wait=10").status_code in {200, 204}
        assert heard == ["hello"]

    @pytest.mark.slow
    def test_a_function_whose_name_is_not_known_is_asked_for(self, app: Path) -> None:
        finished = ws2sse("shim", app, "--backend", "lambda", "--port", "0")

        assert finished.returncode == 2
        assert "app.py:say: its name at Lambda is not declared and has to be given" in finished.stderr

    @pytest.mark.slow
    def test_a_websocket_server_and_behind_it_an_event_stream(self, app: Path) -> None:
        """Three shims: the application, a bridge to its WebSockets, and a bridge to the streams of that."""
        with (
            shim(app) as (first, _),
            shim("--upstream", first["websocket"]) as (second, _),
            shim("--upstream", second["base"], "--set", "backend.rest.stream_path=/dev", "--stage", "old") as (
                third,
                _,
            ),
        ):
            assert third["websocket"].endswith("/old")
            with connect(third["websocket"]) as phone, open_stream(second["stream"]) as browser:
                phone.send("from a phone")
                browser.send("from a browser")
                assert phone.recv(timeout=10) == "heard: from a phone"
                assert browser.next().data == "heard: from a browser"


class TestSettings:
    def printed(self, *arguments: str | Path, **variables: str) -> str:
        finished = ws2sse("shim", *arguments, "--print-config", env=environment(**variables))
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    @pytest.mark.slow
    def test_each_value_says_where_it_came_from(self, app: Path) -> None:
        (app / "shim.toml").write_text("drain_s = 3\n[limits]\nidle_s = 1\nduration_s = 1\n")
        (app / "pyproject.toml").write_text("[tool.ws2sse.shim]\nlimits.duration_s = 2\n")
        options = ("--stage", "prod", "--set", "limits.url_characters=100", "--format", "json")
        told = json.loads(self.printed(app, *options, SHIM_LOGS__LEVEL="debug", SHIM_METRICS__TOKEN="hush" * 5))

        assert told["drain_s"] == {"value": 3.0, "origin": f"{app / 'shim.toml'}:1"}
        assert told["limits.idle_s"] == {"value": 1.0, "origin": f"{app / 'shim.toml'}:3"}
        assert told["limits.duration_s"] == {"value": 2.0, "origin": f"{app / 'pyproject.toml'}:2"}
        assert told["limits.url_characters"] == {"value": 100, "origin": "--set limits.url_characters"}
        assert told["logs.level"] == {"value": "debug", "origin": "SHIM_LOGS__LEVEL"}
        assert told["api.stage"] == {"value": "prod", "origin": "--stage"}
        assert told["api.selection_expression"]["origin"].startswith("inventory serverless.yml:")
        assert told["metrics.token"] == {"value": "********", "origin": "SHIM_METRICS__TOKEN"}
        assert told["management.credentials"] == {"value": "********", "origin": "local AWS"}

    @pytest.mark.slow
    def test_printed_toml_is_a_file_of_settings(self, app: Path, tmp_path: Path) -> None:
        (app / "shim.toml").write_text("[faces]\ntrusted_proxies = ['::1']\n")
        file = tmp_path / "again.toml"
        file.write_text(self.printed(app, "--format", "toml", "--set", "drain_s=3"))
        again = json.loads(self.printed(app, "--config", file, "--format", "json"))
        first = json.loads(self.printed(app, "--format", "json", "--set", "drain_s=3"))

        assert {key: one["value"] for key, one in again.items()} == {key: one["value"] for key, one in first.items()}

    @pytest.mark.slow
    def test_they_take_effect(self, app: Path) -> None:
        (app / "shim.toml").write_text(
            "[streams]\nretry_ms = 7000\n[limits]\npayload_bytes = 5\n[logs]\nform = 'json'\n"
        )
        with shim(app) as (told, started), httpx.stream("GET", told["stream"], headers=STREAM) as stream:
            assert int(next(stream.iter_lines()).removeprefix("retry: ")) >= 7000
            answer = httpx.post(told["stream"], content="too long", headers={"Stream-Session": "x"})
            started.terminate()
            talk = started.communicate(timeout=20)[1]

        assert answer.status_code in {401, 403, 404, 410, 413}
        assert all(json.loads(line)["logger"] for line in talk.splitlines())

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--set", "limits.idel_s=1"), "there is no setting limits.idel_s. Did you mean limits.idle_s?"),
            (("--set", "metrics.token=x"), "is a secret and can't be given on the command line"),
            (("--config", "/nowhere/shim.toml"), "/nowhere/shim.toml can't be read: No such file or directory."),
            (("--upstream", "example.org"), "--upstream is example.org; allowed: ws://"),
            (("--backend", "rest", "--upstream", "ws://a"), "--upstream is ws://a, which the back end rest can't be."),
            (("--backend", "rest"), "backend.rest.url is missing: the back end rest needs it."),
            (("--upstream", "ws://a:b@c"), "it may hold no user and no password"),
            (("--format", "toml"), "--format toml is for --print-config."),
        ],
    )
    def test_what_can_not_be_is_a_sentence(self, arguments: tuple[str, ...], sentence: str) -> None:
        finished = invoke("shim", *arguments)

        assert (finished.returncode, finished.stdout) == (2, "")
        assert sentence in finished.stderr

    def test_without_an_application_there_is_nothing_to_serve(self) -> None:
        finished = ws2sse("shim", "--port", "0")

        assert (finished.returncode, finished.stdout) == (2, "")
        assert "The back end python needs APP" in finished.stderr
        assert "Traceback" not in finished.stderr

    def test_an_unknown_variable_is_an_error(self, app: Path) -> None:
        finished = invoke("shim", app, SHIM_LIMIT__IDLE_S="1")

        assert finished.returncode == 2
        assert "there is no setting SHIM_LIMIT__IDLE_S. Did you mean SHIM_LIMITS__IDLE_S" in finished.stderr

    def test_credentials_that_can_not_be_read_are_named(self, app: Path, tmp_path: Path) -> None:
        # It is known when AWS in memory has begun, which lasts as long as its process.
        finished = ws2sse("shim", app, "--port", "0", "--credentials-file", tmp_path / "none")

        assert finished.returncode == 2
        assert f"{tmp_path / 'none'}: No such file or directory" in finished.stderr


def test_the_first_line_names_what_stands_beside_the_api_and_the_next_ones_that_aws_is_played(app: Path) -> None:
    with shim(app) as (told, started):
        assert told["management"] == told["stream"]
        assert httpx.get(told["console"]).status_code == 200
        assert "ConnectCount" in httpx.get(told["metrics"]).text
        started.terminate()
        talk = started.communicate(timeout=30)[1]

    assert "AWS calls of the handlers are answered by moto in this process" in talk


class Receiver(BaseHTTPRequestHandler):
    """An OTLP receiver that only knows that something came."""

    came: Final[queue.Queue[str]] = queue.Queue()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
        self.came.put(self.path)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.mark.slow
def test_traces_are_sent_before_it_ends(app: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.05,))
        thread.start()
        endpoint = f"tracing.endpoint=http://127.0.0.1:{receiver.server_port}"
        with shim(app, "--set", endpoint) as (told, started):
            with open_stream(told["stream"]) as client:
                client.send("traced")
                assert client.next().data == "heard: traced"
            started.terminate()
            said = started.communicate(timeout=20)[1]
        receiver.shutdown()
        thread.join(10)

    assert (started.returncode, Receiver.came.get(timeout=30)) == (0, "/v1/traces"), said
