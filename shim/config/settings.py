"""The model of every setting: `ShimSettings`, whose sections are those of `shim.toml`.

Most are made from the option classes of the parts that they configure, so a field that is added there is a setting.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, create_model

from shim.backends.options import PythonOptions
from shim.backends.rest_upstream import RestUpstream
from shim.backends.websocket import WebSocketUpstream
from shim.config.lambda_options import LambdaOptions
from shim.config.sections import Allowed, Section, section_of
from shim.draining import DRAIN_S
from shim.dualrun.cutover.options import CutoverOptions
from shim.faces.console_access import ConsoleOptions
from shim.faces.management import ManagementOptions
from shim.faces.metrics import MetricsOptions
from shim.faces.options import FaceOptions
from shim.gateway.definition import ApiDefinition
from shim.gateway.limits import GatewayLimits
from shim.logs import LogOptions
from shim.recording import RecordingOptions
from shim.streams import StreamLimits
from shim.streams.redis.options import RedisOptions
from shim.tracing import TracingOptions

BackendKind = Literal["python", "lambda", "websocket", "rest"]
Aws = Literal["auto", "moto", "configured"]


class Listen(Section):
    host: Annotated[str, Field(min_length=1), Allowed("an address or a host name")] = Field(
        "127.0.0.1", description="Address to listen on. Default: this machine only."
    )
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(8000, description="TCP port; 0 picks a free one.")
    nodes: Annotated[int, Field(ge=1, le=256)] = Field(
        1, description="Processes that serve the port together, each a node of its own. More than 1 need `[redis]`."
    )
    node_port: Annotated[int, Field(ge=0, le=65_279)] = Field(
        0,
        description="Of several nodes, the first port at which one alone answers, such as for its `/readyz` and "
        "`/metrics`; the others follow. 0: none.",
    )


class BackendChoice(Section):
    kind: BackendKind = Field(
        "python",
        description="`python` runs the handlers here; `lambda` calls the deployed functions; `websocket` and `rest` "
        "are bridges to a server behind the shim.",
    )
    aws: Aws = Field(
        "auto",
        description="What answers the AWS calls of handlers that run here: `moto` in memory, or AWS as `configured`. "
        "`auto` takes moto when there are no credentials.",
    )


def _always(section: type[Section]) -> Any:  # noqa: ANN401 - what create_model wants for a field
    return section, Field({}, validate_default=True)


def _when_given(section: type[Section], description: str) -> Any:  # noqa: ANN401 - what create_model wants for a field
    return section | None, Field(None, description=description)


_BACKEND: Final[type[Section]] = create_model(
    "Backend",
    __base__=BackendChoice,
    **{
        "python": _always(section_of(PythonOptions, without=("region", "account_id"))),
        "lambda": _always(section_of(LambdaOptions)),
        "websocket": _when_given(section_of(WebSocketUpstream), "The WebSocket server behind the shim."),
        "rest": _when_given(section_of(RestUpstream), "The SSE + REST application behind the shim."),
    },
)

ShimSettings: Final[type[Section]] = create_model(
    "ShimSettings",
    __base__=Section,
    __doc__="All settings of the shim.",
    listen=_always(Listen),
    api=_always(section_of(ApiDefinition, without=("routes", "authorizer", "limits"), defaults={"name": "ws2sse"})),
    backend=_always(_BACKEND),
    limits=_always(section_of(GatewayLimits)),
    streams=_always(section_of(StreamLimits, without=("payload_bytes",))),
    redis=_when_given(section_of(RedisOptions), "Where several nodes keep the connections that they serve together."),
    faces=_always(section_of(FaceOptions)),
    management=_always(section_of(ManagementOptions)),
    metrics=_always(section_of(MetricsOptions)),
    console=_always(section_of(ConsoleOptions, without=("backend",))),
    logs=_always(section_of(LogOptions)),
    tracing=_always(section_of(TracingOptions)),
    recording=_always(section_of(RecordingOptions)),
    cutover=_when_given(section_of(CutoverOptions), "From the old service to the new one, in stages."),
    drain_s=(
        Annotated[float, Field(ge=0, allow_inf_nan=False)],
        Field(
            DRAIN_S,
            description="What messages under way are given when the shim is told to end. Default 30: a function may "
            "take 29.",
        ),
    ),
    drain_notice_s=(
        Annotated[float, Field(ge=0, allow_inf_nan=False)],
        Field(
            0.0,
            description="For how long `/readyz` says that the shim ends before it takes no more connections, which is "
            "what a load balancer needs to notice. Default 0: it stands alone.",
        ),
    ),
)
"""What is without a setting of its own follows from another: the largest message of `streams` from `limits`, region and
account of functions from `api`, and what the console calls the back end from `backend.kind`."""
