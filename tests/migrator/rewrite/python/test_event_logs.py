"""An event that is only logged is no reason to stay: nobody but the log sees it."""

import pytest

from tests.migrator.rewrite.applications import inventory, run
from tests.migrator.rewrite.python.endpoints import DONE, OK, ROUTE, assert_native

HEAD = "import json\nimport logging\n\nlogger = logging.getLogger()\n\n\n"


@pytest.mark.parametrize(
    "line",
    [
        "x = print(event)",
        "print(send(event))",
        "print(json.dumps(send(event)))",
        "print(json.dumps(event, default=send()))",
        "print(f'{event:>10}')",
        "print(event[0])",
        "print(event, file=out)",
        "print(*event)",
        "logger.addHandler(event)",
        "socket.send(json.dumps(event))",
        "sent.info(event)",
        "json.dumps(event)",
        "logger.info('%(body)s' % event)",
        "logger.info([e for e in event])",
        "logger.info(event) or send()",
        "text = f'{event}'",
        "table.put_item(Item={'event': json.dumps(event)})",
        "queue.append(event)",
        "raise ValueError(event)",
        "assert event",
    ],
)
def test_what_is_not_certainly_a_log_stays(line: str) -> None:
    result = run({"app.py": f"{HEAD}def handle(event, context):\n    {line}\n    {OK}\n"}, inventory(ROUTE))
    assert result.texts == {}
    assert result.levels[0].level == "transport"
    assert result.levels[0].reason.startswith(("line 8 uses the event as a whole", "line 8 passes the event to"))


@pytest.mark.parametrize("own", ["def print(value):\n    send(value)\n", "from tools import print\n", "print = send\n"])
def test_a_print_of_their_own_is_no_log(own: str) -> None:
    source = f"{own}\n\ndef handle(event, context):\n    print(event)\n    {OK}\n"
    assert run({"app.py": source}, inventory(ROUTE)).texts == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("print(event)", "print(caller)"),
        ("print('event', event, flush=True)", "print('event', caller, flush=True)"),
        ("print(str(event))", "print(caller)"),
        ("print(repr(event))", "print(caller)"),
        ("print(f'event: {event}')", "print(f'event: {caller}')"),
        ("print(f'event: {event!r}')", "print(f'event: {caller!r}')"),
        ("print('event: ' + str(event))", "print('event: ' + str(caller))"),
        ("print('event: %s' % event)", "print('event: %s' % caller)"),
        ("print('event: %s %s' % (event, 1))", "print('event: %s %s' % (caller, 1))"),
        ("print('event: {}'.format(event))", "print('event: {}'.format(str(caller)))"),
        ("logger.info(event)", "logger.info(caller)"),
        ("logger.debug('event %s', event)", "logger.debug('event %s', caller)"),
        ("logging.warning(event)", "logging.warning(caller)"),
        ("logger.info('event', extra={'event': event})", "logger.info('event', extra={'event': caller})"),
        ("logger.exception(event)", "logger.exception(caller)"),
        ("logger.info(event['requestContext'])", "logger.info(caller)"),
        ("logger.info(event.get('requestContext', {}))", "logger.info(caller)"),
    ],
)
def test_the_caller_is_logged_instead(before: str, after: str) -> None:
    head = "import logging\n\nlogger = logging.getLogger()\n\n\n"
    assert_native(f"{before}\n{OK}", "caller: CurrentCaller", f"{after}\n{DONE}", head=head)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("print(json.dumps(event))", "print(caller)"),
        ("print(json.dumps(event, indent=2, default=str))", "print(caller)"),
        ("print(f'event: {json.dumps(event)}')", "print(f'event: {caller}')"),
        ("print('event: ' + json.dumps(event))", "print('event: ' + str(caller))"),
        ("logger.info('%s', json.dumps(event))", "logger.info('%s', caller)"),
    ],
)
def test_so_it_is_where_it_was_serialised(before: str, after: str) -> None:
    assert_native(
        f"{before}\n{OK}", "caller: CurrentCaller", f"{after}\n{DONE}", head="import json\n\n\n", head_after=""
    )


def test_inside_of_what_is_serialised_stands_text() -> None:
    assert_native(
        f"print(json.dumps({{'event': event}}))\n{OK}",
        "caller: CurrentCaller",
        f"print(json.dumps({{'event': str(caller)}}))\n{DONE}",
        head="import json\n\n\n",
    )
