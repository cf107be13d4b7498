"""AWS in the memory of this process, for applications that run where no AWS is configured."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound
from botocore.session import Session

from shim.local_dynamodb import answer_one_at_a_time

logger = logging.getLogger(__name__)

DUMMY_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "local",
}

EXPIRY: Final = "TimeToLiveSpecification"
"""Of a table; as CloudFormation has it and UpdateTimeToLive takes it."""

_TOPIC: Final = re.compile(r"arn:aws:sns:([a-z0-9-]+):123456789012:([A-Za-z0-9_-]+(?:\.fifo)?)")
_QUEUE: Final = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com/123456789012/([A-Za-z0-9_-]+(?:\.fifo)?)")
"""Topics and queues of moto's account, which is also the one that the names of a scanned application have."""


class LocalAwsUnservable(Exception):
    """Raised when moto can't run as a server; `module` is the one that it lacks."""

    def __init__(self, module: str) -> None:
        self.module = module
        super().__init__(module)

    def __str__(self) -> str:
        return (
            f"AWS in memory can't be shared with worker processes without the module {self.module}: "
            "install ws2sse[local]"
        )


def aws_is_configured() -> bool:
    """Whether boto3 would find credentials, without asking the instance metadata service over the network.

    Raises ProfileNotFound when AWS_PROFILE names none: whoever sets it wants AWS.
    """
    session = Session()
    session.set_config_variable("metadata_service_num_attempts", 0)
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() != "true":
        os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    try:
        return session.get_credentials() is not None
    except ProfileNotFound:
        raise
    except BotoCoreError:
        return False


def start_local_aws(
    table_definitions: Sequence[Mapping[str, Any]],
    environment: Mapping[str, str],
    *,
    region: str = "us-east-1",
    named: Iterable[str] = (),
    resources: Iterable[Mapping[str, Any]] = (),
) -> None:
    """For the rest of this process: every AWS call is answered by moto, and the given tables exist, empty.

    `table_definitions` are arguments of CreateTable, with a TimeToLiveSpecification where rows expire. `environment` is
    set where a variable is not set yet.
    `resources`: of other services, each with a `service` and an `operation` of boto3 and its `arguments`, in order.
    Other SNS topics and SQS queues exist when a variable, or one of the values `named`, has their ARN or address.
    Without a network: what moto does not know fails in the process, and nothing leaves it.
    """
    from moto import mock_aws  # noqa: PLC0415 - only installed with the extra `local`

    os.environ.update(DUMMY_CREDENTIALS)
    for name in [name for name in os.environ if name == "AWS_PROFILE" or name.startswith("AWS_ENDPOINT_URL")]:
        del os.environ[name]  # it would lead calls past moto
    os.environ.setdefault("AWS_DEFAULT_REGION", region)
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    mock_aws(config={"core": {"mock_credentials": False, "passthrough": {"urls": []}}}).start()
    answer_one_at_a_time()

    import boto3  # noqa: PLC0415 - after moto, so that its first client is caught

    # a session of its own: the default one would keep the event handlers that botocore has at this moment
    dynamodb = boto3.session.Session().client("dynamodb", region_name=os.environ["AWS_DEFAULT_REGION"])
    for definition in table_definitions:
        arguments = {name: value for name, value in definition.items() if name != EXPIRY}
        dynamodb.create_table(**arguments)
        if EXPIRY in definition:
            dynamodb.update_time_to_live(TableName=definition["TableName"], **{EXPIRY: definition[EXPIRY]})
    _create(boto3.session.Session().client, resources)
    _create_named(boto3.session.Session().client, {*os.environ.values(), *named})


def serve_local_aws(host: str = "127.0.0.1", port: int = 0) -> dict[str, str]:
    """Lets other processes share what `start_local_aws` started, for as long as this process lives: by default those of
    this machine, at a free port.

    Returns the variables that they need: address and credentials. Raises LocalAwsUnservable.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # moto's advice on what to install; ours is the exception
        try:
            from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only installed with the extra `local`
        except ImportError as error:
            raise LocalAwsUnservable(str(error.name)) from error

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # else it tells of each call
    server = ThreadedMotoServer(host, port, verbose=False)
    server.start()
    where, chosen = server.get_host_and_port()
    return {**DUMMY_CREDENTIALS, "AWS_ENDPOINT_URL": f"http://{where}:{chosen}"}


def _create(client: Callable[..., Any], resources: Iterable[Mapping[str, Any]]) -> None:
    """One that can't be made as it is declared is left out: code that uses it says so."""
    clients: dict[str, Any] = {}
    for resource in resources:
        service = resource["service"]
        if service not in clients:
            clients[service] = client(service, region_name=os.environ["AWS_DEFAULT_REGION"])
        try:
            getattr(clients[service], resource["operation"])(**resource["arguments"])
        except (BotoCoreError, ClientError) as error:
            logger.warning("AWS in memory has no %s of %s: %s", resource["operation"], resource["id"], error)


def _create_named(client: Callable[..., Any], values: Iterable[str]) -> None:
    """The topics and queues that these values of variables name."""
    for value in sorted(values):
        if topic := _TOPIC.fullmatch(value):
            client("sns", region_name=topic[1]).create_topic(Name=topic[2], Attributes=_fifo(topic[2], "Topic"))
        elif queue := _QUEUE.fullmatch(value):
            client("sqs", region_name=queue[1]).create_queue(QueueName=queue[2], Attributes=_fifo(queue[2], "Queue"))


def _fifo(name: str, kind: str) -> dict[str, str]:
    return {f"Fifo{kind}": "true"} if name.endswith(".fifo") else {}
