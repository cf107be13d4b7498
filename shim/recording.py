"""What is said of recording traffic: where to, how much, and what is secret beside what always is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """A recording of what all clients send and receive, redacted, for `ws2sse verify --sessions`."""

    file: Path | None = None
    """Where what clients send and receive is recorded; a file that is there is added to. Default None: nowhere."""

    max_mb: int = 256
    """Largest size of the file. What comes after is counted, not recorded."""

    key_file: Path | None = None
    """The key that secrets are hidden with; it is made when there is none. Default None: beside the recording, with the
    ending `.key`."""

    key: str = field(default="", repr=False)
    """The key itself, as 32 hexadecimal digits or more, in place of a file."""

    redact: tuple[str, ...] = ()
    """What is secret beside tokens, cookies and the like: `$.user.email` in messages, `query.name` and `header.name` in
    handshakes."""
