"""The shape of a scenario file that people write, from which its JSON schema is made."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from shim.dualrun.record.scenario import DEFAULT_WAIT_S, MAX_ADVANCE_S, MAX_STEPS, MAX_WAIT_S
from shim.dualrun.record.spoof import Credential
from shim.dualrun.record.trigger import TriggerKind

MAX_SESSIONS: Final = 1_000

Name = Annotated[str, Field(min_length=1, max_length=100)]
Texts = dict[str, str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ClientModel(_Strict):
    """Who a client is."""

    identity: Name | None = Field(
        None, description="name of a [[verify.identity]] in ws2sse.toml, whose headers and query it has"
    )
    headers: Texts = Field({}, description="headers of its handshake; ${NAME} takes a variable of the environment")
    query: Texts = Field({}, description="query parameters of its handshake; ${NAME} as in headers")


class ConnectModel(_Strict):
    """A client connects, or connects again."""

    connect: Name = Field(description="name of the client")
    headers: Texts = Field({}, description="more headers, or others, this time")
    query: Texts = Field({}, description="more query parameters, or others, this time")
    refused: bool | None = Field(None, description="whether the legacy path has to refuse it; left out: either way")


class SendModel(_Strict):
    """A client sends a message."""

    send: Name = Field(description="name of the client")
    message: Any = Field(description="what it sends: a text as it is, anything else as JSON")
    route: str | None = Field(None, description="route key that the message is meant for; left out: as it selects")


class ExpectModel(_Strict):
    """The legacy path has to send this to the client, or the session says nothing."""

    expect: Name = Field(description="name of the client")
    message: Any = Field(description="what it receives: a text, or JSON of which objects may have more members")
    within_s: Annotated[float, Field(gt=0, le=MAX_WAIT_S, strict=False)] = DEFAULT_WAIT_S


class WaitForModel(_Strict):
    """The session goes on when the client has received this, and at the latest after `within_s` seconds."""

    wait_for: Name = Field(description="name of the client")
    message: Any = Field(description="as of expect")
    within_s: Annotated[float, Field(gt=0, le=MAX_WAIT_S, strict=False)] = DEFAULT_WAIT_S


class ResumeModel(_Strict):
    """A client loses its stream and takes it up again; a WebSocket is left alone."""

    resume: Name = Field(description="name of the client")


class CloseModel(_Strict):
    """A client closes its connection."""

    close: Name = Field(description="name of the client")


class AdvanceModel(_Strict):
    """Time passes, on both sides, without anybody waiting for it: the pinned clock goes on."""

    advance_s: Annotated[float, Field(gt=0, le=MAX_ADVANCE_S, strict=False)] = Field(
        description="seconds that pass; limits and timers that are due in them act"
    )


class TriggerModel(_Strict):
    """Something that is no client runs a function; only where both sides run on this machine."""

    trigger: Annotated[str, Field(min_length=1, max_length=500)] = Field(
        description="id of the function: '<path>:<function>', as `ws2sse scan` tells it"
    )
    kind: TriggerKind = Field(description="what runs it")
    event: Any = Field(
        description="what Lambda hands to it: a text holds JSON, anything else is it; "
        "{{connection id of NAME}} stands for that of a client"
    )


class SpoofModel(_Strict):
    """Somebody sends, listens and closes as the client without its session, which the new path has to refuse."""

    spoof: Name = Field(description="name of the client, which is connected")
    credential: Credential = Field(
        description="what is presented: nothing, the token of the handshake, a session that nobody has, the id of the "
        "connection, or the session of the client's connection before this one"
    )
    message: Any = Field(description="what is sent for it: a text as it is, anything else as JSON")
    route: str | None = Field(None, description="route key that the message is meant for; left out: as it selects")


KINDS: Final[dict[str, type[BaseModel]]] = {
    "connect": ConnectModel,
    "send": SendModel,
    "expect": ExpectModel,
    "wait_for": WaitForModel,
    "resume": ResumeModel,
    "close": CloseModel,
    "advance_s": AdvanceModel,
    "trigger": TriggerModel,
    "spoof": SpoofModel,
}


def _kind(value: object) -> str | None:
    if isinstance(value, BaseModel):
        return next(kind for kind, model in KINDS.items() if type(value) is model)
    return next((kind for kind in KINDS if isinstance(value, dict) and kind in value), None)


StepModel = Annotated[
    Annotated[ConnectModel, Tag("connect")]
    | Annotated[SendModel, Tag("send")]
    | Annotated[ExpectModel, Tag("expect")]
    | Annotated[WaitForModel, Tag("wait_for")]
    | Annotated[ResumeModel, Tag("resume")]
    | Annotated[CloseModel, Tag("close")]
    | Annotated[AdvanceModel, Tag("advance_s")]
    | Annotated[TriggerModel, Tag("trigger")]
    | Annotated[SpoofModel, Tag("spoof")],
    Discriminator(_kind),
]


class SessionModel(_Strict):
    """What several clients do, one step after the other. A step is over when all is quiet."""

    name: Name
    steps: Annotated[list[StepModel], Field(min_length=1, max_length=MAX_STEPS)]


class ScenarioModel(_Strict):
    """Sessions for `ws2sse verify --sessions`."""

    version: Literal[1] = Field(description="of this format")
    clients: dict[Name, ClientModel | None] = Field({}, description="only those that bring something to the handshake")
    sessions: Annotated[list[SessionModel], Field(min_length=1, max_length=MAX_SESSIONS)]
