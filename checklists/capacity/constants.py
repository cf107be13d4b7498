"""What an act costs a node and Redis, as it was measured: `python -m bench.cluster.constants` writes the file."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError, model_validator

from checklists.capacity.errors import ConstantsInvalid
from migrator.inventory.record import Record
from migrator.validation import first_problem
from shim.bounded_files import FileTooLarge, read_at_most

SHIPPED: Final = Path(__file__).with_name("constants.json")
MAX_BYTES: Final = 256 * 1024


class Measured(Record):
    """The median of some rounds, and the least and the most of them."""

    median: float = Field(ge=0, allow_inf_nan=False)
    least: float = Field(ge=0, allow_inf_nan=False)
    most: float = Field(ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _in_order(self) -> Measured:
        if not self.least <= self.median <= self.most:
            raise ValueError("the median lies between the least and the most")
        return self


class Act(Record):
    """What one of it costs all nodes together, and Redis. Bytes are those that Redis takes in and gives out."""

    node_cpu_s: Measured
    redis_cpu_s: Measured
    redis_operations: Measured
    redis_in_bytes: Measured
    redis_out_bytes: Measured


class Acts(Record):
    open: Act = Field(description="a stream, with its connection")
    close: Act = Field(description="the end of a connection, without what its handler does")
    resume: Act = Field(description="a stream at another node, which misses nothing")
    idle_second: Act = Field(description="one second of one stream: heartbeats, leases, comparisons")
    receive: Act = Field(description="a message of a client, without what its handler does")
    push_here: Act = Field(description="to a stream of the node that is asked")
    push_elsewhere: Act = Field(description="to a stream of another node")
    push_byte: Act = Field(description="of a push elsewhere, for each byte more than the message that was measured")
    broadcast: Act = Field(description="for the node that is asked, and Redis")
    broadcast_heard: Act = Field(description="for each node that has streams")
    recipient: Act = Field(
        description="of a broadcast to some, for each of those whom it is for: for Redis, and for each node"
    )
    delivery: Act = Field(description="of a broadcast, for each stream")
    delivery_byte: Act = Field(description="for each stream, and each byte more than the message that was measured")


class Constants(Record):
    schema_version: Literal[1] = 1
    measured_on: date
    machine: str = Field(max_length=200)
    redis: str = Field(max_length=100, description="its version, and how it was reached")
    rounds: int = Field(ge=1)
    streams: int = Field(ge=1, description="that were open")
    message_bytes: int = Field(ge=1, description="payload of the messages")
    node_bytes: Measured = Field(description="resident memory of a node without streams")
    stream_bytes: Measured = Field(description="resident memory that a stream adds to its node")
    redis_bytes: Measured = Field(description="that an empty Redis has allocated")
    redis_stream_bytes: Measured = Field(description="that a connection adds to Redis")
    redis_message_bytes: Measured = Field(description="that a kept message adds to Redis beside its payload")
    redis_first_bytes: Measured = Field(description="that the first kept message of a connection adds to that")
    acts: Acts


def load_constants(path: Path | None = None) -> Constants:
    """Those of `path`, or the shipped ones. Raises ConstantsInvalid."""
    return _shipped() if path is None else _read(path)


@cache
def _shipped() -> Constants:
    return _read(SHIPPED)


def _read(path: Path) -> Constants:
    try:
        return Constants.model_validate_json(read_at_most(path, MAX_BYTES))
    except OSError as error:
        raise ConstantsInvalid(path, f"not readable ({error.strerror})") from None
    except FileTooLarge as error:
        raise ConstantsInvalid(path, str(error)) from None
    except ValidationError as error:
        raise ConstantsInvalid(path, first_problem(error, "JSON")) from None
