"""Functions of the application that take an event: each gets a twin that takes what it reads."""

import pytest

from tests.migrator.rewrite.applications import assert_rewrites, inventory, run
from tests.migrator.rewrite.python.endpoints import CONNECT, DONE, OK, ROUTE, handler_of, why

READS = "def who(event):\n    return event['requestContext']['connectionId']\n\n\n"


@pytest.mark.parametrize(
    ("head", "call", "reason"),
    [
        ("", "who(event)", "passes the event to who, which is not a function of the application"),
        ("from elsewhere import who\n", "who(event)", "which is not a function of the application"),
        ("class Who:\n    pass\n\n\n", "Who(event)", "passes the event to Who, which is not a function"),
        ("who = make()\n", "who(event)", "which is not a function of the application"),
        ("def who(event):\n    KEPT.append(event)\n\n\n", "who(event)", "where line 2 passes the event to KEPT.append"),
        ("def who(event):\n    return event\n\n\n", "who(event)", "where line 2 uses the event as a whole"),
        ("def who(event):\n    return event['other']\n\n\n", "who(event)", 'where line 2 reads ["other"] of the event'),
        ("def who(event):\n    event = {}\n\n\n", "who(event)", "where the event is replaced by something else"),
        ("def who(event):\n    event['x'] = 1\n\n\n", "who(event)", "where line 2 changes the event"),
        ("def who(event):\n    who(event)\n\n\n", "who(event)", "which calls itself"),
        (f"@cached\n{READS}", "who(event)", "which has decorators"),
        (f"async {READS}", "who(event)", "which has decorators or parameters"),
        ("def who(*events):\n    pass\n\n\n", "who(event)", "parameters that can't be told apart"),
        ("def who(event, **more):\n    pass\n\n\n", "who(event)", "parameters that can't be told apart"),
        ("def who(a=1, event=None):\n    pass\n\n\n", "who(event=event)", "behind parameters with defaults"),
        (READS, "who(*event)", "uses the event as a whole"),
        (READS, "who(**event)", "uses the event as a whole"),
        (READS, "tools.who(event)", "passes the event to tools.who, which is not a function"),
        (READS, "threading.Thread(target=who, args=(event,)).start()", "line 6 uses the event as a whole"),
        (READS, "map(who, event)", "passes the event to map"),
        ("if X:\n    def who(event):\n        return event['body']\n\n\n", "who(event)", "which is not a function"),
        (f"{READS}{READS}", "who(event)", "which is not a function of the application that is known for certain"),
        ("def who(context):\n    return context.function_name\n\n\n", "who(context)", "where line 2 uses the Lambda"),
    ],
)
def test_it_stays_with_a_helper_that_does_more(head: str, call: str, reason: str) -> None:
    assert reason in why(handler_of(f"{call}\n{OK}", head))


def test_it_stays_when_the_event_has_no_body_to_hand_over() -> None:
    head = "def parse(event):\n    return event['body']\n\n\n"
    assert "a body that this event never has" in why(handler_of(f"parse(event)\n{OK}", head), CONNECT)


def test_it_stays_when_two_files_may_be_meant() -> None:
    source = "from tools import who\n\n\n" + handler_of(f"who(event)\n{OK}")
    result = run({"app.py": source, "a/tools.py": READS, "b/tools.py": READS}, inventory(ROUTE))
    assert result.texts == {}


def helped(helper: str, call: str, helper_after: str, parameters: str, call_after: str, caller: str) -> None:
    """A module with a helper and a handler, before and after."""
    assert_rewrites(
        f"{helper}\n\n\ndef handle(event, context):\n    {call}\n    {OK}\n",
        f"from fastapi import Response\n{caller}\n\n\n{helper_after}\n\n\n"
        f"def handle({parameters}) -> Response:\n    {call_after}\n    {DONE}\n",
        inventory(ROUTE),
    )


BOTH = "from sse_service.caller import Caller, CurrentCaller"
TEXT = "from sse_service.caller import MessageText"


@pytest.mark.parametrize(
    ("helper", "call", "helper_after", "call_after"),
    [
        (
            "def who(event):\n    return event['requestContext']['connectionId']",
            "use(who(event))",
            "def who(caller: Caller):\n    return caller.connection_id",
            "use(who(caller))",
        ),
        (
            "def who(event, default=None):\n    return event['requestContext']['connectionId'] or default",
            "use(who(event, 1))",
            "def who(caller: Caller, default=None):\n    return caller.connection_id or default",
            "use(who(caller, 1))",
        ),
        (
            "def who(a, event):\n    return a, event['requestContext']['connectionId']",
            "use(who(1, event))",
            "def who(a, caller: Caller):\n    return a, caller.connection_id",
            "use(who(1, caller))",
        ),
        (
            "def who(a, event):\n    return a, event['requestContext']['connectionId']",
            "use(who(event=event, a=1))",
            "def who(a, caller: Caller):\n    return a, caller.connection_id",
            "use(who(caller=caller, a=1))",
        ),
        (
            "def who(event, context):\n    return event['requestContext']['connectionId'], context.aws_request_id",
            "use(who(event, context))",
            "def who(caller: Caller):\n    return caller.connection_id, caller.request_id",
            "use(who(caller))",
        ),
        (
            "def who(event: dict[str, object]) -> str:\n    rc = event['requestContext']\n    return rc['connectionId']",
            "use(who(event))",
            "def who(caller: Caller) -> str:\n    return caller.connection_id",
            "use(who(caller))",
        ),
        (
            "def who(rc):\n    return rc['connectionId']",
            "use(who(event['requestContext']))",
            "def who(caller: Caller):\n    return caller.connection_id",
            "use(who(caller))",
        ),
        (
            "def note(event):\n    print(event)",
            "note(event)",
            "def note(caller: Caller):\n    print(caller)",
            "note(caller)",
        ),
        (
            "def note(context):\n    print(context.aws_request_id)",
            "note(context)",
            "def note(caller: Caller):\n    print(caller.request_id)",
            "note(caller)",
        ),
        (
            "def where(event):\n    rc = event['requestContext']\n    return f\"https://{rc['domainName']}/{rc['stage']}\"",
            "use(where(event))",
            'def where(caller: Caller):\n    return f"https://{caller.domain_name}/{caller.stage}"',
            "use(where(caller))",
        ),
    ],
)
def test_a_helper_takes_the_caller(helper: str, call: str, helper_after: str, call_after: str) -> None:
    helped(helper, call, helper_after, "caller: CurrentCaller", call_after, BOTH)


@pytest.mark.parametrize(
    ("helper", "call", "helper_after", "call_after"),
    [
        (
            "def parse(event):\n    return event['body'].split()",
            "use(parse(event))",
            "def parse(text: str):\n    return text.split()",
            "use(parse(text))",
        ),
        (
            "def parse(event):\n    return event.get('body') or '{}'",
            "use(parse(event))",
            "def parse(text: str):\n    return text or '{}'",
            "use(parse(text))",
        ),
        (
            "def parse(text, event):\n    return text + event['body']",
            "use(parse('x', event))",
            "def parse(text, message_text: str):\n    return text + message_text",
            "use(parse('x', text))",
        ),
    ],
)
def test_a_helper_takes_the_text(helper: str, call: str, helper_after: str, call_after: str) -> None:
    helped(helper, call, helper_after, "text: MessageText", call_after, TEXT)


def test_helpers_of_helpers() -> None:
    helper = f"{READS}def greet(event, words):\n    say(who(event), words)"
    after = (
        "def who(caller: Caller):\n    return caller.connection_id\n\n\n"
        "def greet(caller: Caller, words):\n    say(who(caller), words)"
    )
    helped(helper, "greet(event, 'hi')", after, "caller: CurrentCaller", "greet(caller, 'hi')", BOTH)


def test_a_helper_for_two_routes_has_one_twin() -> None:
    source = READS + "".join(
        f"def {name}(event, context):\n    {name}_({'who(event)'})\n    {OK}\n\n\n" for name in ("one", "two")
    )
    text = run({"app.py": source}, inventory({"a": "app.py:one", "b": "app.py:two"})).texts["app.py"]
    assert text.count("def who") == 1
    assert "one_(who(caller))" in text
    assert "two_(who(caller))" in text


def test_a_helper_that_others_need_stays_beside_its_twin() -> None:
    source = READS + handler_of(f"use(who(event))\n{OK}") + "\n\ndef other(event):\n    return who(event)\n"
    text = run({"app.py": source}, inventory(ROUTE)).texts["app.py"]
    assert READS in text
    assert "def who_from_caller(caller: Caller):\n    return caller.connection_id" in text
    assert "use(who_from_caller(caller))" in text


@pytest.mark.parametrize(
    ("imports", "call"),
    [("from tools import who", "who(event)"), ("from tools import (\n    other,\n    who,\n)", "who(event)"),
     ("import tools", "tools.who(event)"), ("from lib.tools import who", "who(event)")],
)  # fmt: skip
def test_a_helper_of_another_module(imports: str, call: str) -> None:
    source = f"{imports}\n\n\n" + handler_of(f"use({call})\n{OK}")
    result = run({"app.py": source, "lib/tools.py": READS}, inventory(ROUTE))
    assert "from sse_service.caller import Caller\n" in result.texts["lib/tools.py"]
    assert "def who(caller: Caller):\n    return caller.connection_id" in result.texts["lib/tools.py"]
    assert f"use({call.replace('event', 'caller')})" in result.texts["app.py"]
    assert "_from_" not in result.texts["app.py"]
    assert run({**result.texts}, inventory(ROUTE)).texts == {}
