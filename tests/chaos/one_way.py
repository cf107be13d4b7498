"""Packets of one direction, or of one server, that are dropped: rules of nftables, on this side of a node's cables."""

from __future__ import annotations

import asyncio
import subprocess
from functools import cache
from typing import Final, Literal

Way = Literal["both", "out", "in"]
"""As the node sees it: `out`: what it sends is dropped; `in`: what is sent to it."""

TABLE: Final = """
table inet {name} {{
  chain coming {{ type filter hook input priority 0; {coming} }}
  chain going {{ type filter hook output priority 0; {going} }}
}}
"""


@cache
def drops_one_way() -> bool:
    """Whether this kernel and this user can."""
    words = _table("probe", "lo", "both", 1)
    try:
        probe = subprocess.run(["nft", "-f", "-"], input=words, text=True, capture_output=True, check=False)
    except OSError:
        return False
    subprocess.run(["nft", "delete", "table", "inet", "probe"], capture_output=True, check=False)
    return probe.returncode == 0


async def drop(cable: str, way: Way, port: int | None) -> None:
    """`cable`: the end of it on this side. `port`: of a server there; None: all. Raises CalledProcessError."""
    await _nft(_table(_name(cable, way, port), cable, way, port))


async def drop_no_more(cable: str, way: Way, port: int | None) -> None:
    await _nft(f"delete table inet {_name(cable, way, port)}")


def _name(cable: str, way: Way, port: int | None) -> str:
    return f"{cable}_{way}_{port or 'all'}"


def _table(name: str, cable: str, way: Way, port: int | None) -> str:
    to, of = ("", "") if port is None else (f"tcp dport {port}", f"tcp sport {port}")
    coming = f'iifname "{cable}" {to} drop;' if way != "in" else ""
    going = f'oifname "{cable}" {of} drop;' if way != "out" else ""
    return TABLE.format(name=name, coming=coming, going=going)


async def _nft(words: str) -> None:
    running = await asyncio.create_subprocess_exec(
        "nft", "-f", "-", stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _out, said = await running.communicate(words.encode())
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, words, stderr=said)
