"""Sessions that tests give to the code under test."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config

LOADER = botocore.loaders.create_loader()
"""One for all: reading the models of the services takes longer than all the rest."""

_CLIENTS: dict[tuple[str, ...], Any] = {}
"""Of the whole process, since a client takes longer to make than what is asked of it. A client knows no world, but it does
remember how often it was throttled."""


def forget_clients() -> None:
    """After failures, of which clients remember the rate at which they may go on."""
    _CLIENTS.clear()


@cache
def _core(account: str) -> boto3.Session:
    core = botocore.session.Session()
    core.register_component("data_loader", LOADER)
    return boto3.Session(
        aws_access_key_id=f"ASIA{account}",
        aws_secret_access_key="secret",
        aws_session_token="token",
        botocore_session=core,
    )


class FakeSession(boto3.Session):
    """A session of a role in one account."""

    def __init__(self, account: str, region: str) -> None:
        self.__dict__.update(_core(account).__dict__)
        self._account = account
        self._region = region

    @property
    def region_name(self) -> str:
        return self._region

    def client(self, service_name: str, region_name: str | None = None, **more: Any) -> Any:  # type: ignore[override]
        region = region_name or self._region
        config = more.get("config")
        options = sorted(config._user_provided_options.items()) if isinstance(config, Config) else config
        rest = {name: value for name, value in more.items() if name != "config"}
        key = (self._account, service_name, region, repr(options), repr(sorted(rest.items())))
        if key not in _CLIENTS:
            _CLIENTS[key] = super().client(service_name, region_name=region, **more)
        return _CLIENTS[key]
