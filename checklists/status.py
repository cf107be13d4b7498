"""From evidence and people's words to a status. It is derived each time and stored nowhere."""

from __future__ import annotations

from typing import Final

from checklists.evidence import Evidence, Verdict
from checklists.model import Item, Status, Words

_LACK: Final[dict[Verdict, str]] = {
    "stale": "the evidence is older than what it speaks of",
    "error": "what would tell could not be asked",
}


def is_done(item: Item, evidence: Evidence | None, words: Words) -> bool:
    """Evidence closes an auto item. A person's tick closes the others, unless evidence refutes it or is out of date.

    No data closes nothing. A tick on an assisted or manual item is itself data: a person's word.
    """
    verdict = evidence.verdict if evidence else "no_data"
    if item.kind == "auto":
        return verdict == "supports"
    return words.ticked_by_person and verdict in {"supports", "no_data"}


def derive(item: Item, evidence: Evidence | None, words: Words, blocked_by: tuple[str, ...]) -> tuple[Status, str]:
    """The status, and why in a few words."""
    verdict = evidence.verdict if evidence else "no_data"
    if is_done(item, evidence, words):
        return "done", _done_because(item, verdict)
    if words.ticked_by_person or words.was_done:
        return _claimed("ticked" if words.ticked_by_person else "was done", verdict)
    if item.kind == "assisted" and verdict == "supports" and not blocked_by:
        return "ready", "evidence supports it; waits for a person to tick it"
    return _open(evidence, words, blocked_by)


def _claimed(claim: str, verdict: Verdict) -> tuple[Status, str]:
    if verdict == "refutes":
        return "regressed" if claim == "was done" else "disputed", f"{claim}, but evidence disagrees"
    return "unknown", f"{claim}, but {_LACK.get(verdict, 'there is no data')}"


def _open(evidence: Evidence | None, words: Words, blocked_by: tuple[str, ...]) -> tuple[Status, str]:
    if evidence and evidence.verdict in _LACK:
        return "unknown", _LACK[evidence.verdict]
    if evidence and evidence.progress and evidence.progress.done:
        return "in_progress", f"{evidence.progress.done} of {evidence.progress.total} done"
    if words.owner or words.notes:
        return "in_progress", "somebody has taken it up"
    if blocked_by:
        return "blocked", "waits for what it depends on"
    return "not_started", "nothing is known to be done yet"


def settled(item: Item, evidence: Evidence | None, words: Words) -> Words:
    """The words as the new document shall hold them: a person's tick stays, ours follows the evidence."""
    if words.ticked_by_person:
        return words.model_copy(update={"mark": "", "title": item.title})
    done = is_done(item, evidence, words)
    mark = "by=evidence" if done else "was=done" if words.was_done else ""
    return words.model_copy(update={"ticked": done, "mark": mark, "title": item.title})


def _done_because(item: Item, verdict: Verdict) -> str:
    if item.kind == "auto":
        return "evidence supports it"
    return "ticked by a person" + ("; evidence supports it" if verdict == "supports" else "")
