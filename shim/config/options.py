"""The options of every part of the shim, built from what is configured. Nobody else builds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from shim.backends.options import PythonOptions
from shim.backends.rest_upstream import RestUpstream
from shim.backends.websocket import WebSocketUpstream
from shim.config.address import Address
from shim.config.configuration import DEFAULT, Configuration
from shim.config.errors import SettingInvalid
from shim.config.lambda_options import LambdaOptions
from shim.config.sections import arguments_of
from shim.config.settings import Aws, BackendKind
from shim.dualrun.cutover.options import CutoverOptions
from shim.faces.console_access import ConsoleOptions
from shim.faces.management import ManagementOptions
from shim.faces.metrics import MetricsOptions
from shim.faces.options import FaceOptions, InvalidFaceOptions
from shim.gateway.definition import ApiDefinition
from shim.gateway.limits import GatewayLimits
from shim.logs import LogOptions
from shim.recording import RecordingOptions
from shim.streams import StreamLimits
from shim.streams.redis.addresses import ADDRESSES, RedisUrlInvalid
from shim.streams.redis.fitting import OptionsDoNotFit
from shim.streams.redis.options import RedisOptions, check_fit
from shim.tracing import TracingOptions

Options = TypeVar("Options")


@dataclass(frozen=True, slots=True)
class ShimOptions:
    """`api`: without its routes and its authorizer, which are no matter of configuration. `websocket` and `rest`: None
    when nothing was said of such an upstream. `redis`: None when this process serves its connections alone. `cutover`:
    None when there is none. `drain_s`, `drain_notice_s`: seconds. `node_port`: 0 for none."""

    listen: Address
    nodes: int
    node_port: int
    api: ApiDefinition
    backend: BackendKind
    aws: Aws
    python: PythonOptions
    lambda_: LambdaOptions
    websocket: WebSocketUpstream | None
    rest: RestUpstream | None
    streams: StreamLimits
    redis: RedisOptions | None
    faces: FaceOptions
    management: ManagementOptions
    metrics: MetricsOptions
    console: ConsoleOptions
    logs: LogOptions
    tracing: TracingOptions
    recording: RecordingOptions
    cutover: CutoverOptions | None
    drain_s: float
    drain_notice_s: float


def options_of(configuration: Configuration) -> ShimOptions:
    """Raises SettingInvalid for values that contradict one another."""
    values = configuration.values
    limits = _build(GatewayLimits, "limits", configuration)
    api = _build(ApiDefinition, "api", configuration, routes={}, limits=limits)
    streams = _build(StreamLimits, "streams", configuration, payload_bytes=limits.payload_bytes)
    redis = _build_when_given(RedisOptions, "redis", configuration)
    if redis is not None:
        with _fitting(configuration):
            check_fit(redis, streams)
    return ShimOptions(
        listen=Address(values["listen.host"], values["listen.port"]),
        nodes=values["listen.nodes"],
        node_port=values["listen.node_port"],
        api=api,
        backend=values["backend.kind"],
        aws=values["backend.aws"],
        python=_build(PythonOptions, "backend.python", configuration, region=api.region, account_id=api.account_id),
        lambda_=_build(LambdaOptions, "backend.lambda", configuration),
        websocket=_build_when_given(WebSocketUpstream, "backend.websocket", configuration),
        rest=_build_when_given(RestUpstream, "backend.rest", configuration),
        streams=streams,
        redis=redis,
        faces=_build(FaceOptions, "faces", configuration),
        management=_build(ManagementOptions, "management", configuration),
        metrics=_build(MetricsOptions, "metrics", configuration),
        console=_build(ConsoleOptions, "console", configuration, backend=values["backend.kind"]),
        logs=_build(LogOptions, "logs", configuration),
        tracing=_build(TracingOptions, "tracing", configuration),
        recording=_build(RecordingOptions, "recording", configuration),
        cutover=_build_when_given(CutoverOptions, "cutover", configuration),
        drain_s=values["drain_s"],
        drain_notice_s=values["drain_notice_s"],
    )


def served_api(options: ShimOptions, declared: ApiDefinition) -> ApiDefinition:
    """What is configured, with the routes and the authorizer that are declared."""
    return replace(options.api, routes=declared.routes, authorizer=declared.authorizer)


def _build(kind: type[Options], path: str, configuration: Configuration, **more: Any) -> Options:  # noqa: ANN401 - arguments of `kind`
    """Raises SettingInvalid."""
    section = configuration.section(path)
    assert section is not None
    try:
        with _fitting(configuration):
            return kind(**arguments_of(section), **more)
    except InvalidFaceOptions as error:
        key = f"{path}.{error.option}"
        raise SettingInvalid(configuration.origins[key], key, "not usable", error.problem) from error
    except RedisUrlInvalid as error:
        key = f"{path}.url"
        raise SettingInvalid(configuration.origins[key], key, f"an address that {error.problem}", ADDRESSES) from error


def _build_when_given(kind: type[Options], path: str, configuration: Configuration) -> Options | None:
    return None if configuration.section(path) is None else _build(kind, path, configuration)


@contextmanager
def _fitting(configuration: Configuration) -> Iterator[None]:
    """Raises SettingInvalid for options that do not fit, and says where one of the two was given."""
    try:
        yield
    except OptionsDoNotFit as error:
        origins = [configuration.origins[key] for key in (error.option, error.beside)]
        where = next((one for one in origins if one != DEFAULT), DEFAULT)
        raise SettingInvalid(where, error.option, error.found_words, error.allowed) from error
