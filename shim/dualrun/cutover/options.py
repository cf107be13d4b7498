"""How a cut-over is configured: where it begins, who goes first, what is observed, and when it goes back by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shim.dualrun.cutover.errors import CutoverInvalid
from shim.dualrun.cutover.stages import Stage
from shim.faces.operators import check_token_option
from shim.faces.options import InvalidFaceOptions

_PLACE: Final = re.compile(r"(?:header|query|cookie|claim):[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_OPERATOR: Final = re.compile(r"[A-Za-z0-9._@-]{1,64}")


@dataclass(frozen=True, slots=True)
class FallBackRules:
    """When a stage is left for the one before. A leak, a message that reached somebody for whom it was not, is always
    enough. Shares are from 0 to 1, times in seconds."""

    difference_rate: float = 0.01
    """Share of sessions that may have an unexplained difference; proof that more do is enough. Default 0.01."""

    alpha: float = 0.05
    """The chance that it goes back although no more sessions differ, however long it runs. Default 0.05."""

    error_rate: float = 0.02
    """How much larger than the old service's the share of messages that fail at the new one may be. Default 0.02."""

    latency_share: float = 0.25
    """By how much of the old service's p95 that of the new one may be later. Default 0.25."""

    latency_ms: float = 100.0
    """How much later the new p95 may be in any case; of the two margins the larger one holds. Default 100."""

    window_s: float = 300.0
    """Errors and latencies are those of the latest so many seconds. Default 300."""

    least_messages: int = 100
    """Messages of a window without which its errors and latencies say nothing; a p95 needs 75. Default 100."""

    checks: int = 3
    """How many checks in a row have to find errors or latencies too high. Default 3."""

    hold_s: float = 3_600.0
    """How long after it went back by itself nobody can go forward without force. Default 1 hour."""

    def __post_init__(self) -> None:
        for option in ("difference_rate", "alpha"):
            if not 0 < getattr(self, option) < 1:
                raise CutoverInvalid(f"fall_back.{option}", "must be between 0 and 1, and neither of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoverOptions:
    """From the service that `backend.kind` names, the old one, to that of `backend.rest`, the new one. Stage, share,
    lists and routes hold until they are changed on the running shim; then the journal says what holds. Times in
    seconds. Raises CutoverInvalid."""

    journal: Path
    """The file that keeps every change, and from which a restart goes on."""

    stage: Stage = "legacy"
    """Where the cut-over begins."""

    share_percent: float = 0.0
    """Percent of the users that are chosen, always the same ones, and more of them when it grows. Default 0."""

    users: tuple[str, ...] = ()
    """Users that are chosen whatever the share is. Default none."""

    canaries: tuple[str, ...] = ()
    """Users that are chosen, and whose clients may hold a pair of connections, one of each kind, which are compared.
    Default none."""

    user_from: tuple[str, ...] = ("claim:sub",)
    """Where a handshake says who the user is; the first that is there holds: `header:NAME`, `query:NAME`,
    `cookie:NAME`, or `claim:NAME` of a JSON Web Token in `Authorization` or in the query string. It only says who
    serves the user; the service that does authenticates as ever. Default `claim:sub`."""

    read_only_routes: tuple[str, ...] = ()
    """Routes that change nothing; they are shadowed. Default none: a route counts as one that changes something."""

    mutating_routes: tuple[str, ...] = ()
    """Routes that change something and are shadowed all the same, because the new service knows what to do with
    `shadow_header`. Default none."""

    shadow_header: str = "Shadow-Request"
    """Header with the value 1 on every request of a shadow, by which the new service tells it from a client's.
    Default `Shadow-Request`."""

    shadow_timeout_s: float = 10.0
    """What an answer to a shadow may take. Default 10."""

    shadow_clients: int = 200
    """Most clients that have a shadow at the same time; others are not observed. Default 200."""

    noise: Path | None = None
    """Noise rules and waivers for what the new service answers to shadows: a file of `ws2sse verify --learn`. Default
    none: ids and times may differ, and nothing else."""

    settle_s: float = 5.0
    """How much later a message may come over the other path before it counts as missing. Default 5."""

    pairs: int = 100
    """Most clients of canaries that may hold a pair at the same time; one beyond them is served over its first
    connection, and its second one is refused. Default 100."""

    session_s: float = 600.0
    """What counts as one session for the verdict: a client, for so long at most. Default 10 minutes."""

    moves_per_s: float = 50.0
    """So many open connections are told a second to come back, when a change gives them to the other service; 0: none,
    they stay until they end. Default 50. After a leak all are told at once."""

    advance: bool = False
    """Whether it goes on to the next stage by itself once there is proof that fewer sessions differ than may. Default
    no."""

    check_s: float = 5.0
    """How often the verdict is looked at. Default 5."""

    operators: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name -> token, of at least 16 characters, of those who may look and change. Default none: only this machine
    may, as `local`."""

    local: bool = True
    """Whether this machine may, without a token, while there are no operators. Default true; to be turned off where a
    proxy on the same machine stands in front and passes its own address on as Host."""

    fall_back: FallBackRules = field(default_factory=FallBackRules)

    def __post_init__(self) -> None:
        if self.share_percent > 100:
            raise CutoverInvalid("share_percent", "must be from 0 to 100")
        for place in self.user_from:
            if not _PLACE.fullmatch(place):
                raise CutoverInvalid(
                    "user_from", f"{place!r} is none of header:NAME, query:NAME, cookie:NAME, claim:NAME"
                )
        if not _HEADER.fullmatch(self.shadow_header):
            raise CutoverInvalid("shadow_header", f"{self.shadow_header!r} is no name of a header")
        twice = set(self.read_only_routes) & set(self.mutating_routes)
        if twice:
            raise CutoverInvalid("mutating_routes", f"{min(twice)!r} is said to be read-only too")
        tokens = list(self.operators.values())
        for name, token in self.operators.items():
            if not _OPERATOR.fullmatch(name) or name in {"local", "automatic"}:
                raise CutoverInvalid("operators", f"{name!r} can't be the name of an operator")
            try:
                check_token_option(token)
            except InvalidFaceOptions as error:
                raise CutoverInvalid("operators", f"the token of {name} {error.problem}") from error
        if len(set(tokens)) < len(tokens):
            raise CutoverInvalid("operators", "two operators have the same token")
