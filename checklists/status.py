"""From evidence and people's words to a status. It is derived each time and stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from checklists.evidence import Evidence, Verdict
from checklists.model import Attestation, Item, Status, Words
from checklists.settings import Answer

_LACK: Final[dict[Verdict, str]] = {
    "stale": "the evidence is older than what it speaks of",
    "error": "what would tell could not be asked",
}


@dataclass(frozen=True)
class Claim:
    """What people and the history say of an item."""

    words: Words
    today: date
    answer: Answer | None = None
    ticked_on: date | None = None
    """First recorded day of the tick; None: it was not recorded."""
    was_done: bool = False
    """When it was last recorded."""
    owner: str = ""


def attestation(item: Item, claim: Claim) -> Attestation | None:
    """The word of the person who answered or ticked; None when nobody says that it is done."""
    answer = claim.answer
    if answer is not None:
        return _until(item, answer.by, answer.on, answer.words) if answer.answer == "yes" else None
    if claim.words.ticked_by_person:
        return _until(item, claim.owner, claim.ticked_on, "")
    return None


def is_done(item: Item, evidence: Evidence | None, claim: Claim) -> bool:
    """Evidence closes an auto item. A person's word closes the others, unless evidence refutes it, failed or is out of
    date, or the word itself is.

    No data closes nothing. A person's word on an assisted or manual item is itself data.
    """
    verdict = evidence.verdict if evidence else "no_data"
    if item.kind == "auto":
        return verdict == "supports"
    word = attestation(item, claim)
    return word is not None and not _over(word, claim) and verdict in {"supports", "no_data"}


def derive(item: Item, evidence: Evidence | None, claim: Claim, blocked_by: tuple[str, ...]) -> tuple[Status, str]:
    """The status, and why in a few words."""
    verdict = evidence.verdict if evidence else "no_data"
    if is_done(item, evidence, claim):
        return "done", _done_because(item, verdict, claim)
    word = attestation(item, claim)
    said = "answered yes" if claim.answer else "ticked"
    if verdict == "refutes" and (claim.was_done or claim.words.was_done):
        return "regressed", "was done, but evidence disagrees"
    if (word or claim.words.ticked_by_person) and verdict == "refutes":
        return "disputed", f"{said}, but evidence disagrees"
    if word and _over(word, claim) and verdict not in _LACK:
        return "unknown", f"{said} on {word.on}, which counted until {word.expires}"
    if word or claim.words.was_done or (claim.was_done and item.kind == "auto"):
        return "unknown", f"{said if word else 'was done'}, but {_LACK.get(verdict, 'there is no data')}"
    return _open(item, evidence, claim, blocked_by)


def settled(item: Item, evidence: Evidence | None, claim: Claim) -> Words:
    """The words as the new document shall hold them: a person's tick stays, ours follows the evidence."""
    words = claim.words
    if words.ticked_by_person:
        return words.model_copy(update={"mark": "", "title": item.title})
    done = is_done(item, evidence, claim)
    mark = "by=evidence" if done else "was=done" if words.was_done else ""
    return words.model_copy(update={"ticked": done, "mark": mark, "title": item.title})


def _open(item: Item, evidence: Evidence | None, claim: Claim, blocked_by: tuple[str, ...]) -> tuple[Status, str]:
    if evidence and evidence.verdict in _LACK:
        return "unknown", _LACK[evidence.verdict]
    if item.kind == "assisted" and evidence and evidence.verdict == "supports" and not blocked_by:
        return "ready", "evidence supports it; waits for a person to tick it"
    if claim.answer:
        return "not_started", f"answered no by {claim.answer.by} on {claim.answer.on}"
    if evidence and evidence.progress and evidence.progress.done:
        return "in_progress", f"{evidence.progress.done} of {evidence.progress.total} done"
    if claim.words.owner or claim.words.notes:
        return "in_progress", "somebody has taken it up"
    waits: tuple[Status, str] = ("blocked", "waits for what it depends on")
    return waits if blocked_by else ("not_started", "nothing is known to be done yet")


def _done_because(item: Item, verdict: Verdict, claim: Claim) -> str:
    if item.kind == "auto":
        return "evidence supports it"
    said = f"answered by {claim.answer.by} on {claim.answer.on}" if claim.answer else "ticked by a person"
    return said + ("; evidence supports it" if verdict == "supports" else "")


def _until(item: Item, by: str, on: date | None, words: str) -> Attestation:
    expires = on + timedelta(days=item.valid_days) if on and item.valid_days else None
    return Attestation(by=by, on=on, words=words, expires=expires)


def _over(word: Attestation, claim: Claim) -> bool:
    return word.expires is not None and claim.today > word.expires
