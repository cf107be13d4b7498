"""What functions saw: `$connect` once, `$disconnect` once, each message once. Imports nothing of the product."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.chaos.cut_off import was_held
from tests.chaos.facts import LOOKS_S, Facts, Story, Verdict, Violation
from tests.chaos.history import Ran, Received, Said, Trouble

DYING_S = 0.5
"""A node that takes the end of a connection tells it within this time; one that is killed before never does."""

LATE_S = 1.0
"""By so much Redis's clock is turned forward at most, and within it clients write down what they hear."""


def check_functions(facts: Facts, found: Verdict) -> None:
    ran: dict[str, list[Ran]] = defaultdict(list)
    for line in facts.history.of(Ran):
        ran[line.route].append(line)
    _connects(facts, found, ran)
    _disconnects(facts, found, ran)
    _messages(facts, found, ran["$default"])


def _connects(facts: Facts, found: Verdict, ran: dict[str, list[Ran]]) -> None:
    for connection, times in Counter(line.connection for line in ran["$connect"]).items():
        if times > 1:
            found.violations.append(Violation("$connect", connection, f"ran {times} times"))
    known = {line.connection for line in ran["$connect"]}
    for connection in facts.stories:
        if connection not in known:
            found.violations.append(Violation("$connect", connection, "never ran"))


def _disconnects(facts: Facts, found: Verdict, ran: dict[str, list[Ran]]) -> None:
    told: dict[str, list[Ran]] = defaultdict(list)
    for line in ran["$disconnect"]:
        told[line.connection].append(line)
    for connection, lines in told.items():
        if len(lines) > 1 and any(lines[0].at <= one.ended for one in facts.forgot):
            found.excused["$disconnect twice, Redis forgot that it was told"] += 1
        elif len(lines) > 1:
            words = f"ran {len(lines)} times, at {', '.join(str(line.at) for line in lines)}"
            found.violations.append(Violation("$disconnect twice", connection, words))
        story = facts.stories.get(connection)
        later = [got for got, push in facts.heard(story) if push.begun > lines[0].at] if story else []
        if later and facts.two_served_until(lines[0].at) is not None:
            found.excused["$disconnect of a living one, by the other of two servers"] += 1
        elif later and story and _end_was_forgotten(facts, story, lines[0], later[0]):
            found.excused["$disconnect of one that came back, Redis forgot that it had ended"] += 1
        elif later:
            words = f"ran at {lines[0].at}, and {later[0].id} came through after that"
            found.violations.append(Violation("$disconnect of a living one", connection, words))
    for line in ran["$connect"]:
        if line.connection not in told:
            _never_told(facts, found, line)


def _end_was_forgotten(facts: Facts, story: Story, told: Ran, first: Received) -> bool:
    """It had no stream for a window, or one at a node that could not reach Redis, and came back, or that node did, when
    Redis had come back with what it had saved before the end, of which it was told. `first`: of what was pushed after
    the end."""
    before = max(at for at in story.signs if at <= told.at)
    after = min(at for at in story.signs if at > told.at)
    if told.at - before < facts.rules.window_s - LATE_S:
        return False
    hides = not any(got.event for got in story.received)
    held = was_held(facts, told.at)
    return any(
        told.at <= one.ended
        and one.begun <= after
        and not _saved(facts, told.at, one.begun)
        and any(one.begun <= at <= first.at for at in story.gaps)
        and (held or hides or any(one.begun <= at <= first.at for at in story.resumed))
        for one in facts.forgot
        if one.what == "kill_redis"
    )


def _saved(facts: Facts, since: float, until: float) -> bool:
    return any(one.what == "save_redis" and since <= one.begun and one.ended <= until for one in facts.troubles)


def _never_told(facts: Facts, found: Verdict, connect: Ran) -> None:
    story = facts.stories.get(connect.connection)
    if facts.forgot:
        found.excused["$disconnect never, Redis forgot"] += 1
        return
    since = (
        connect.at if story is None else min(story.over.at if story.over else 1e9, story.left.at if story.left else 1e9)
    )
    killed = [one for one in facts.killed if one.begun >= since - DYING_S]
    if story is None and _died_meanwhile(facts, connect):
        found.excused["$disconnect never, its node died before the client was accepted"] += 1
    elif any(_may_have_been_telling(facts, one, since) for one in killed):
        found.excused["$disconnect never, a node died when it was due"] += 1
    else:
        found.violations.append(Violation("$disconnect never", connect.connection, f"though it was due since {since}"))


def _died_meanwhile(facts: Facts, connect: Ran) -> bool:
    return any(one.pid == connect.pid for one in facts.killed)


def _may_have_been_telling(facts: Facts, killed: Trouble, since: float) -> bool:
    """Whether the end was due shortly before a node was killed."""
    rules = facts.rules
    latest = since + rules.window_s + 2 * rules.lease_s + LOOKS_S
    return since - DYING_S <= killed.begun <= latest


def _messages(facts: Facts, found: Verdict, handled: list[Ran]) -> None:
    times = Counter(line.id for line in handled)
    for said in facts.history.of(Said):
        if times[said.id] > 1 and not facts.forgot:
            words = f"message {said.id} of it ran {times[said.id]} times"
            found.violations.append(Violation("message handled twice", said.connection, words))
        if said.status == 202 and not times[said.id]:
            if _may_have_died(facts, said):
                found.excused["message lost with the node that took it"] += 1
            else:
                found.violations.append(
                    Violation(
                        "message never handled", said.connection, f"message {said.id} of it was answered with 202"
                    )
                )


def _may_have_died(facts: Facts, said: Said) -> bool:
    return any(one.begun <= said.ended + DYING_S and one.begun >= said.begun - DYING_S for one in facts.killed)
