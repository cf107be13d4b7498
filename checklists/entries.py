"""Items with all that is known about them: evidence, people's words, waivers, history, and the status that follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from checklists import status
from checklists.catalogue.load import stem
from checklists.evidence import Evidence
from checklists.facts import Facts
from checklists.model import Entry, Item, OwnerSource, Status, Waiver, Words
from checklists.phases import PhaseName
from checklists.probes import examine
from checklists.probes.wording import count
from checklists.settings import Answer, ItemChange, WaiverEntry

Said = TypeVar("Said")


@dataclass(frozen=True)
class _Judged:
    item: Item
    evidence: Evidence | None
    claim: status.Claim
    owner_source: OwnerSource
    waiver: Waiver | None
    not_applicable: str
    due: date

    @property
    def done(self) -> bool:
        return status.is_done(self.item, self.evidence, self.claim)

    @property
    def settled(self) -> bool:
        """Whether what depends on it need not wait any longer."""
        return bool(self.done or self.not_applicable or (self.waiver and self.waiver.days_left >= 0))


def entries(
    items: tuple[Item, ...], facts: Facts, dates: Mapping[PhaseName, date], words: Mapping[str, Words]
) -> tuple[Entry, ...]:
    """In the order of the items. `words`: by id, as the document before held them."""
    waivers = {one.item: one for one in facts.settings.waivers}
    answers = {one.item: one for one in facts.settings.answers}
    judged = [_judge(item, facts, dates, words, _of(item, waivers), _of(item, answers)) for item in items]
    settled = {one.item.id for one in judged if one.settled}
    return tuple(_entry(one, settled, facts) for one in judged)


def _judge(
    item: Item,
    facts: Facts,
    dates: Mapping[PhaseName, date],
    words: Mapping[str, Words],
    waiver: WaiverEntry | None,
    answer: Answer | None,
) -> _Judged:
    change = _of(item, facts.settings.items) or ItemChange()
    own = facts.settings.items.get(item.id)
    if own is not None and own is not facts.settings.items.get(stem(item.id)):
        said = own.model_dump(exclude={"due", "not_applicable", "owner"}, exclude_none=True)
        item = item.model_copy(update=said)
    evidence = examine(item, facts)
    held = words.get(item.id, Words(id=item.id))
    owner, source = _owner(held, change, evidence, facts, item)
    claim = status.Claim(
        words=held,
        today=facts.today,
        answer=answer,
        ticked_on=facts.past.ticked_since(item.id),
        was_done=facts.past.was_done(item.id),
        owner=owner,
    )
    due = change.due or dates[item.phase]
    return _Judged(item, evidence, claim, source, _waiver(waiver, facts.today), change.not_applicable or "", due)


def _entry(one: _Judged, settled: set[str], facts: Facts) -> Entry:
    item = one.item
    needed = dict.fromkeys((*item.depends_on, *item.gates))
    blocked_by = () if one.done else tuple(name for name in needed if name not in settled)
    own, reason = status.derive(item, one.evidence, one.claim, blocked_by)
    state: Status = own
    holds = one.waiver is not None and one.waiver.days_left >= 0 and own != "done"
    if one.not_applicable:
        state, reason = "not_applicable", one.not_applicable
    elif holds and one.waiver:
        left = count(one.waiver.days_left, "more day")
        state, reason = "waived", f"waived by {one.waiver.approved_by} for {left}: {one.waiver.reason}"
    elif one.waiver and own != "done":
        reason = f"{reason}; the waiver expired on {one.waiver.expires}"
    late = max(0, (facts.today - one.due).days)
    return Entry(
        item=item,
        evidence=one.evidence,
        words=status.settled(item, one.evidence, one.claim),
        due=one.due,
        status=state,
        reason=reason,
        blocked_by=blocked_by if state not in {"done", "not_applicable"} else (),
        overdue_days=0 if state in {"done", "waived", "not_applicable"} else late,
        owner=one.claim.owner,
        owner_source=one.owner_source,
        waiver=one.waiver,
        without_waiver=own if state == "waived" else None,
        attested=status.attestation(item, one.claim),
        since=facts.past.since(item.id, state, facts.today),
        reopened=facts.past.reopened(item.id, state),
    )


def _of(item: Item, said: Mapping[str, Said]) -> Said | None:
    """What is said of this item, else of all items of its stem."""
    return said.get(item.id) or said.get(stem(item.id))


def _waiver(entry: WaiverEntry | None, today: date) -> Waiver | None:
    """One that will be granted later does not hold yet."""
    if entry is None or entry.granted_at > today:
        return None
    return Waiver(
        reason=entry.reason,
        approved_by=entry.approved_by,
        granted_at=entry.granted_at,
        expires=entry.expires,
        ticket=entry.ticket,
        days_left=(entry.expires - today) // timedelta(days=1),
    )


def _owner(
    held: Words, change: ItemChange, evidence: Evidence | None, facts: Facts, item: Item
) -> tuple[str, OwnerSource]:
    if held.owner:
        return held.owner, "document"
    if change.owner:
        return change.owner, "settings"
    paths = [pointer.location.path for pointer in evidence.locations] if evidence else []
    named = Counter(owner for path in paths if (owner := facts.owners.get(path)))
    if named:
        return named.most_common(1)[0][0], "codeowners"
    everybody = facts.owners.get("", "") if item.audience == "developer" else ""
    return everybody, "codeowners" if everybody else ""
