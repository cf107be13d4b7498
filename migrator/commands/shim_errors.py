"""What the shim can't do, as sentences of its command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from migrator.errors import WsSseError
from shim.backends.loading import HandlerUnusable
from shim.backends.worker_process import WorkerFailed
from shim.config import AddressUnavailable
from shim.config.errors import ConfigurationError
from shim.dualrun.cutover.errors import CutoverError
from shim.dualrun.record.errors import RecordingError
from shim.faces.credentials import CredentialsUnreadable
from shim.tracing import TracingUnavailable


@contextmanager
def sentences() -> Iterator[None]:
    """What the shim can't do is a sentence of the command."""
    try:
        yield
    except (
        AddressUnavailable,
        ConfigurationError,
        CredentialsUnreadable,
        CutoverError,
        HandlerUnusable,
        RecordingError,
        TracingUnavailable,
        WorkerFailed,
    ) as error:
        raise WsSseError(str(error)) from error
