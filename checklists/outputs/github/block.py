"""Our block in the body of an issue. What stands around it belongs to people and stays byte for byte.

<!-- ws2sse:item=DEV-FIND-CODE -->
text that we write anew
<!-- ws2sse:end app=chat evidence=3f2a7c01 state=open -->

The parent begins with `<!-- ws2sse:checklist -->`. `state` is what we last made of the issue, and `evidence` on what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from checklists.outputs.github.issues import State, Wanted
from templates.text import markdown

_BEGIN: Final = re.compile(r"<!-- ws2sse:(?:item=(?P<item>[^\s<>]+)|checklist) -->")
_END: Final = re.compile(
    r"<!-- ws2sse:end app=(?P<app>[^\s<>]*) evidence=(?P<evidence>[0-9a-f]*) state=(?P<state>open|closed) -->"
)
_CALLS: Final = re.compile(r"(?<![A-Za-z0-9])@(?=[A-Za-z0-9])|#(?=\d)")


@dataclass(frozen=True)
class Block:
    item: str
    app: str
    text: str
    evidence: str
    state: State
    start: int
    end: int


class BlockDamagedError(ValueError):
    """Its text says, in a few words, what is wrong."""


def find(body: str) -> Block | None:
    """The block of a body; None when it has none. Raises BlockDamagedError when its ends can't be told for sure."""
    begins, ends = list(_BEGIN.finditer(body)), list(_END.finditer(body))
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or begins[0].end() > ends[0].start():
        raise BlockDamagedError(f"it has {len(begins)} begin and {len(ends)} end markers of ours, not one pair")
    begin, end = begins[0], ends[0]
    text = body[begin.end() : end.start()].replace("\r\n", "\n").strip("\n")
    state: State = "closed" if end["state"] == "closed" else "open"
    return Block(begin["item"] or "", end["app"], text, end["evidence"], state, begin.start(), end.end())


def write(wanted: Wanted, app: str, state: State, body: str = "") -> str:
    """The body with our block as wanted: in the place of the old one, or after what there is."""
    name = f"item={word(wanted.item)}" if wanted.item else "checklist"
    new = (
        f"<!-- ws2sse:{name} -->\n{wanted.text}\n"
        f"<!-- ws2sse:end app={word(app)} evidence={wanted.evidence} state={state} -->"
    )
    old = find(body)
    if old is None:
        return f"{body}\n\n{new}" if body.strip() else new
    return body[: old.start] + new + body[old.end :]


def word(text: str) -> str:
    """The text without spaces or anything that could end a comment. Different texts stay different."""
    return quote(text, safe="$/:@!*'(),;=+", errors="surrogatepass").replace("--", "%2D%2D")


def plain(text: str) -> str:
    """The text in an issue: no markup, and nobody is called (`@name`) and no issue is mentioned (`#1`) by it."""
    return _CALLS.sub(lambda found: f"{found[0]}&#8203;", markdown(text))
