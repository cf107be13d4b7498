from __future__ import annotations

import json

import pytest

from migrator.errors import ConfigurationInvalid
from migrator.sessions.stubs import stubs_from_config, stubs_of_archives
from shim.dualrun.replay.stubs import Stub


def test_a_folder_without_any_has_none(tmp_path):
    assert stubs_from_config(tmp_path) == ()


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("name = 'x'", "either host, or aws"),
        ("host = 'a'\naws = 'b.C'", "either host, or aws"),
        ("host = 1", "host is 1; allowed: text"),
        ("host = 'a'\nstatus = 99", "status is 99; allowed: 200 to 599"),
        ("host = 'a'\nstatus = true", "status is True"),
        ("host = 'a'\nheaders = {b = 1}", "a table of texts"),
        ("host = 'a'\nbody = ''\njson = {}", "one of body and json"),
        ("hosts = 'a'", "allowed: a table with aws, body, headers"),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_place(tmp_path, entry, problem):
    (tmp_path / "ws2sse.toml").write_text(f"[[verify.stub]]\n{entry}\n", "utf-8")
    with pytest.raises(ConfigurationInvalid) as caught:
        stubs_from_config(tmp_path)
    assert "verify.stub, number 1" in str(caught.value)
    assert problem in str(caught.value)


def test_hosts_and_aws_operations_are_answered(tmp_path):
    text = """
        [[verify.stub]]
        host = "api.example.com"
        path = "/v1/rates"
        json = {EUR = 1.1}

        [[verify.stub]]
        name = "model"
        aws = "bedrock-runtime.InvokeModel"
        status = 429
        body = "slow down"
        """
    (tmp_path / "ws2sse.toml").write_text(text, "utf-8")
    assert stubs_from_config(tmp_path) == (
        Stub(
            "* api.example.com/v1/rates",
            host="api.example.com",
            path="/v1/rates",
            headers={"content-type": "application/json"},
            body='{"EUR": 1.1}',
        ),
        Stub("model", aws="bedrock-runtime.InvokeModel", status=429, body="slow down"),
    )


def test_archives_are_read_beside_the_application(tmp_path):
    entry = {
        "request": {"method": "GET", "url": "https://a.example/x"},
        "response": {"status": 200, "headers": [], "content": {"text": "hello"}},
    }
    (tmp_path / "outside.har").write_text(json.dumps({"log": {"entries": [entry, entry]}}))
    (tmp_path / "ws2sse.toml").write_text('[verify]\nstub_archives = ["outside.har"]\n')
    found = stubs_of_archives(tmp_path)
    assert [stub.name for stub in found.stubs] == ["recorded GET a.example/x"]
    assert len(found.told) == 1
    assert stubs_from_config(tmp_path) == ()


@pytest.mark.parametrize("value", ["'outside.har'", "[1]", "{}"])
def test_archives_are_a_list_of_paths(tmp_path, value):
    (tmp_path / "ws2sse.toml").write_text(f"[verify]\nstub_archives = {value}\n")
    with pytest.raises(ConfigurationInvalid, match="a list of paths of HTTP archives"):
        stubs_of_archives(tmp_path)
