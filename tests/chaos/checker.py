"""Whether what happened was promised. Imports nothing of the product."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from tests.chaos.cut_off import was_cut_off
from tests.chaos.ends import check_functions
from tests.chaos.facts import Facts, Story, Verdict, Violation
from tests.chaos.history import TOOK_OVER, History, Push

NOBODY_KNOWS = frozenset({None, 502, 503, 504})
"""Answers to a push that may have been taken: none, of the service, or of a front end that had none."""

ANOTHER_SERVER = frozenset({"kill_redis", "move_slot", TOOK_OVER})


def check(history: History) -> Verdict:
    facts = Facts(history)
    found = Verdict([], Counter(), facts.excused)
    for story in facts.stories.values():
        for check_of_one in (_phantoms, _duplicates, _order, _losses, _gaps, _ended_early, _served_again):
            found.violations += check_of_one(facts, story)
    found.violations += _refusals(facts)
    check_functions(facts, found)
    found.counts["pushes"] = len(facts.pushes)
    found.counts["taken"] = len(facts.taken)
    found.counts["received"] = sum(len(story.received) for story in facts.stories.values())
    found.counts["connections"] = len(facts.stories)
    found.counts["gaps"] = sum(len(story.gaps) for story in facts.stories.values())
    found.counts["over"] = sum(story.over is not None for story in facts.stories.values())
    return found


def _phantoms(facts: Facts, story: Story) -> Iterator[Violation]:
    """What nobody sent, or not to this connection, or otherwise, or what was refused."""
    for got in story.received:
        push = facts.pushes.get(got.id)
        if push is None:
            yield Violation("phantom", story.connection, f"{got.id} was pushed by nobody")
        elif push.to not in {None, story.connection}:
            yield Violation("phantom", story.connection, f"{got.id} was for {push.to}")
        elif push.digest != got.digest:
            yield Violation("phantom", story.connection, f"{got.id} is not what was pushed")
        elif push.status not in {200, *NOBODY_KNOWS}:
            yield Violation("phantom", story.connection, f"{got.id} was refused with {push.status}")
        elif got.at < push.begun:
            yield Violation("phantom", story.connection, f"{got.id} came before it was pushed")


def _duplicates(_facts: Facts, story: Story) -> Iterator[Violation]:
    for number, times in Counter(got.id for got in story.received).items():
        if times > 1:
            yield Violation("duplicated", story.connection, f"{number} came {times} times")


def _order(facts: Facts, story: Story) -> Iterator[Violation]:
    """Of two of which one was acknowledged before the other was begun, that one comes first. Two servers have no common
    order; what the other one had comes after a gap."""
    latest: Push | None = None
    heard_at = 0.0
    for got, push in facts.heard(story):
        if latest is not None and push.status == 200 and push.ended < latest.begun:
            of_two = facts.two_served_until(push.ended) and facts.two_served_until(latest.begun)
            of_two = of_two or facts.went_back_and_gave_way(push, latest)
            if of_two and any(heard_at <= gap <= got.at for gap in story.gaps):
                facts.excused["reordered, of two servers, with a gap between"] += 1
                continue
            words = f"{got.id} came after {latest.id}, and was acknowledged {latest.begun - push.ended:.3f} s before it"
            yield Violation("reordered", story.connection, words)
        if latest is None or push.begun > latest.begun:
            latest, heard_at = push, got.at


def _expected(facts: Facts, story: Story) -> Iterator[Push]:
    """Acknowledged while the connection was there, and either the client was there to the end of the run, or it has
    something that came after it."""
    last = max((push.begun for _got, push in facts.heard(story)), default=0.0)
    if story.lives_at(facts.settled.ended):
        last = facts.settled.ended
    for push in facts.taken:
        if push.ended < last and (push.to == story.connection or (push.to is None and push.begun > story.opened)):
            yield push


def _losses(facts: Facts, story: Story) -> Iterator[Violation]:
    has = {got.id for got in story.received}
    for push in _expected(facts, story):
        if push.id in has:
            continue
        if not facts.may_be_forgotten(push):
            yield Violation("lost", story.connection, f"{push.id}, acknowledged at {push.ended}")
        elif bisect_left(story.gaps, push.begun) == len(story.gaps):
            until = facts.two_served_until(push.ended)
            if until is not None and not story.lives_at(until):
                facts.excused["lost with one of two servers, its client left before nodes could know"] += 1
                continue
            yield Violation("lost", story.connection, f"{push.id}, acknowledged at {push.ended}, and no gap was told")


def _gaps(facts: Facts, story: Story) -> Iterator[Violation]:
    """Only where another server answers, or the same one after a start, may something be lost: what is kept is more
    than what was pushed."""
    for at in story.gaps:
        if not any(one.what in ANOTHER_SERVER and one.begun <= at for one in facts.troubles):
            yield Violation("needless gap", story.connection, f"at {at}")


def _ended_early(facts: Facts, story: Story) -> Iterator[Violation]:
    """A connection may end when it had no stream for a window. `lost` is noticed by a client when the stream breaks, or
    after some silence."""
    if story.over is None or facts.forgot:
        return
    silent_s = 1.6
    since = story.over.at if story.lost_since is None else story.lost_since
    if story.over.why == "204" and story.over.at - since + silent_s < facts.rules.window_s:
        words = f"at {story.over.at}, its stream was there until {since}"
    elif story.over.why.startswith("close"):
        words = f"at {story.over.at} with {story.over.why}"
    else:
        return
    if story.over.why in {"204", "close 1006"} and was_cut_off(facts, story, since):
        facts.excused["ended, its node was cut off from Redis for longer than its lease and the window"] += 1
    else:
        yield Violation("ended early", story.connection, words)


def _served_again(facts: Facts, story: Story) -> Iterator[Violation]:
    """When nothing is broken any more a client that is there can be pushed to."""
    if not story.lives_at(facts.settled.ended) or story.opened > facts.settled.at:
        return
    if not any(push.to == story.connection and push.begun >= facts.settled.at for push in facts.taken):
        yield Violation("not served again", story.connection, "no push to it was taken in the end")


def _refusals(facts: Facts) -> Iterator[Violation]:
    """Nobody hears 410 for a connection that is open."""
    if facts.forgot:
        return
    for push in facts.pushes.values():
        if push.status in {200, *NOBODY_KNOWS} or push.to is None:
            continue
        story = facts.stories.get(push.to)
        if push.status != 410:
            yield Violation("refused though open", push.to, f"{push.id} was answered with {push.status}")
        elif story is not None and story.received and story.received[-1].at > push.ended + 0.5:
            later = [got for got, other in facts.heard(story) if other.begun > push.ended]
            if later:
                words = f"{push.id} was answered with 410 at {push.ended}, and {later[-1].id} came through"
                yield Violation("refused though open", push.to, words)
