"""The kit `compose` is what Compose takes, and what it starts serves an application behind both front ends."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import httpx
import pytest
import yaml
from compose_spec import PyOptions

from migrator.deploy.compose import NODES, SUBNET
from migrator.deploy.deployment import HELD, Deployment, EnvironmentVariable, Served
from migrator.deploy.kits import kit_files
from migrator.transaction.new_folder import write_texts
from tests.frontends.front_ends import FrontEnd
from tests.hostile.serving import eventually
from tests.migrator.deploy.deployments import application, deployment
from tests.migrator.deploy.running_kit import RunningKit, compose, running_kit
from tests.running import CHAT, SECRET, invoke, token, wait_until_ready
from tests.shim.sse_client import SseClient, open_stream, resume_stream

GIVEN = {"GREETING": "hello", "DB_PASSWORD": "not-hunter2"}


def written(one: Deployment, folder: Path) -> Path:
    write_texts(kit_files(one, ["container", "compose"]), folder)
    return folder


def test_a_value_reaches_the_nodes_as_the_application_has_it(tmp_path: Path) -> None:
    odd = "a $NAME ${X} $$ \\ \"q\" 'x' # {{ y }} é\u202e\x7f: - *"
    one = deployment(application(tmp_path))
    one = replace(one, variables=(*one.variables, EnvironmentVariable("ODD", odd, "odd")))
    services = compose(written(one, tmp_path / "kit"), GIVEN)["services"]

    assert [services[node]["environment"]["ODD"] for node in NODES] == [odd, odd]


@pytest.mark.parametrize(
    ("served", "variable"), [("shim", "SHIM_STREAMS__CONNECTIONS"), ("migrated", "STREAM_MAX_CONNECTIONS")]
)
def test_both_nodes_together_take_as_many_connections_as_they_can_hold(
    tmp_path: Path, served: Served, variable: str
) -> None:
    one = replace(deployment(application(tmp_path)), served=served, settings="", variables=())
    services = compose(written(one, tmp_path / "kit"), GIVEN)["services"]

    assert [services[node]["environment"][variable] for node in NODES] == [str(HELD * len(NODES))] * len(NODES)


def test_how_many_connections_the_application_says_itself_is_not_said_again(tmp_path: Path) -> None:
    one = deployment(application(tmp_path), {"streams.connections": 70, "faces.trusted_proxies": ["10.1.0.0/16"]})
    environment = compose(written(one, tmp_path / "kit"), GIVEN)["services"]["node-1"]["environment"]

    assert "SHIM_STREAMS__CONNECTIONS" not in environment
    assert environment["SHIM_FACES__TRUSTED_PROXIES"] == SUBNET  # that of this front end


def test_what_is_not_given_is_asked_for_before_anything_starts(tmp_path: Path) -> None:
    kit = written(deployment(application(tmp_path)), tmp_path / "kit")

    with pytest.raises(AssertionError, match="GREETING has to be given"):
        compose(kit, {**GIVEN, "GREETING": ""})


def test_compose_takes_it(tmp_path: Path) -> None:
    found = compose(written(deployment(application(tmp_path)), tmp_path / "kit"), GIVEN)
    options = PyOptions()
    options.apply_merge = True
    taken = options.from_yaml(yaml.safe_dump(found))
    taken.validate()

    assert set(taken.service_names()) == {*NODES, "redis", "aws", "nginx", "haproxy"}
    with pytest.raises(ValueError, match="subnets"):
        options.from_yaml(yaml.safe_dump({**found, "networks": {"front": {"subnets": []}}}))


def test_front_ends_know_nodes_by_addresses_that_these_keep(tmp_path: Path) -> None:
    """A name would be looked up once, and a node that is made anew may have another address."""
    kit = written(deployment(application(tmp_path)), tmp_path / "kit")
    found = compose(kit, GIVEN)
    [network] = found["networks"]["front"]["ipam"]["config"]
    addresses = [found["services"][node]["networks"]["front"]["ipv4_address"] for node in NODES]
    others = len(found["services"]) - len(NODES)

    assert len(set(addresses)) == len(NODES)
    assert all(list(ip_network(network["subnet"]).hosts()).index(ip_address(one)) > others for one in addresses)
    for file, server in (("nginx.conf", r"^    server (\S+):8000 "), ("haproxy.cfg", r"^    server \S+ (\S+):8000 ")):
        text = (kit / "compose" / file).read_text()
        assert re.findall(server, text, re.MULTILINE) == addresses, file
        assert not any(node in text for node in NODES), file


def test_no_service_has_more_rights_than_it_needs(tmp_path: Path) -> None:
    for name, service in compose(written(deployment(application(tmp_path)), tmp_path / "kit"), GIVEN)[
        "services"
    ].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert not {"privileged", "pid", "ipc", "network_mode"} & service.keys(), name


def test_a_node_is_given_the_time_that_it_takes_to_end(tmp_path: Path) -> None:
    one = deployment(application(tmp_path), {"drain_s": 90.0})
    found = compose(written(one, tmp_path / "kit"), GIVEN)["services"]["node-1"]

    assert found["stop_grace_period"] == "135s"


def test_two_nodes_serve_one_chat_behind_both_front_ends_and_hand_over_when_one_ends(tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    finished = invoke("deploy", CHAT, "--out", kit, "--kit", "container,compose")
    assert finished.returncode == 0, finished.stderr
    with running_kit(kit, CHAT, made(tmp_path / "image"), {"JWT_SECRET": SECRET}) as running:
        with (
            running.behind("haproxy", made(tmp_path / "haproxy")) as front,
            stream(front, "ana") as ana,
            stream(front, "ben") as ben,
        ):
            for number in range(4):  # whichever node it is posted to
                say(ana, str(number))
                assert next_text(ben) == str(number)
            assert [client.close().status_code for client in (ana, ben)] == [204, 204]
        with running.behind("nginx", made(tmp_path / "nginx")) as front, stream(front, "cleo") as cleo:
            (hers,) = [node for node in NODES if streams_at(running.node(node))]
            with stream(front, "dan") as dan:
                assert [streams_at(running.node(node)) for node in NODES] == [1, 1]  # least_conn
                running.nodes[hers].send_signal(signal.SIGTERM)
                last_id = [event.id for event in cleo.rest() if event.id][-1]
                say(dan, "meanwhile")
                with resume_stream(cleo.address, cleo.session, last_id) as again:
                    assert next_text(again) == "meanwhile"
                assert running.nodes[hers].wait(30) == 0
        for name in ("nginx", "haproxy"):
            with running.behind(name, made(tmp_path / f"{name}-again")) as front:
                check_that_it_finds_a_node_that_is_made_anew(running, front)


def check_that_it_finds_a_node_that_is_made_anew(running: RunningKit, front: FrontEnd) -> None:
    """As Compose does it: at the address of before, which is all that a front end knows."""
    gone, other = sorted(NODES, key=lambda node: running.nodes[node].poll() is None)
    if running.nodes[gone].poll() is None:
        running.nodes[gone].send_signal(signal.SIGTERM)
        assert running.nodes[gone].wait(30) == 0
    with stream(front, "eve") as eve:
        assert streams_at(running.node(other)) == 1
        running.start(gone)
        wait_until_ready(running.node(gone), running.nodes[gone])
        eventually(lambda: comes_to(running.node(gone), front), 30)
        assert eve.close().status_code == 204


def comes_to(node: str, front: FrontEnd) -> bool:
    with stream(front, "fay") as fay:
        there = streams_at(node) == 1
        fay.close()
        return there


@pytest.mark.slow
def test_two_nodes_serve_a_migrated_application(migrated_chat: Path, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    finished = invoke("deploy", migrated_chat, "--out", kit, "--kit", "container,compose")
    assert finished.returncode == 0, finished.stderr
    with (
        running_kit(kit, migrated_chat, made(tmp_path / "image"), {"JWT_SECRET": SECRET}) as running,
        running.behind("nginx", made(tmp_path / "nginx")) as front,
        stream(front, "ana", "stream") as ana,
        stream(front, "ben", "stream") as ben,
    ):
        for number in range(4):  # whichever node it is posted to
            say(ana, str(number))
            assert next_text(ben) == str(number)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def stream(front: FrontEnd, user: str, path: str = "dev") -> Iterator[SseClient]:
    with open_stream(f"http://127.0.0.1:{front.port}/{path}", {"token": token(user)}) as client:
        yield client


def say(client: SseClient, text: str) -> None:
    assert client.send(json.dumps({"type": "chat", "text": text})).is_success


def next_text(client: SseClient) -> str:
    """Of the next message from somebody else."""
    while not (event := client.next()).data or json.loads(event.data).get("type") != "chat_message":
        pass
    return str(json.loads(event.data)["text"])


def streams_at(node: str) -> int:
    metrics = httpx.get(f"{node}/metrics", timeout=30).text
    return int(
        sum(
            float(value)
            for value in re.findall(r"^ws2sse_connections\{.*face=\"sse\".*\} (\S+)$", metrics, re.MULTILINE)
        )
    )
