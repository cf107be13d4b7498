import importlib
import sys

import pytest


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["tokens.py", *arguments])
        importlib.import_module("tokens").main()
        return capsys.readouterr().out.strip()

    return call


def test_without_a_secret_it_says_what_is_missing(run, monkeypatch):
    monkeypatch.delenv("JWT_SECRET")
    with pytest.raises(SystemExit, match="JWT_SECRET is not set"):
        run("--user", "ana", "--tenant", "acme")


def test_help_says_what_it_is_for(run, capsys):
    with pytest.raises(SystemExit) as end:
        run("--help")
    assert end.value.code == 0
    assert "signed with $JWT_SECRET" in capsys.readouterr().out


def test_its_token_opens_the_chat(run):
    printed = run("--user", "ana", "--tenant", "acme")

    authorize = importlib.import_module("tenant_chat.authorizer").authorize
    decision = authorize({"queryStringParameters": {"token": printed}, "methodArn": "arn:aws:execute-api:x"}, None)
    assert decision["context"] == {"userId": "ana", "tenantId": "acme"}
