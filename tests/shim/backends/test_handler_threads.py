"""Threads for handlers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future

import pytest

from shim.backends.handler_threads import HandlerThreads


@pytest.fixture
def over() -> Iterator[threading.Event]:
    over = threading.Event()
    yield over
    over.set()


def ended(threads: HandlerThreads, *futures: Future[object]) -> None:
    threads.close()
    for thread in threading.enumerate():
        if thread.name.startswith("handler-"):
            thread.join(5)


def test_a_call_that_hangs_does_not_keep_the_process() -> None:
    program = (
        "import threading; from shim.backends.handler_threads import HandlerThreads\n"
        "HandlerThreads(1).submit(threading.Event().wait)\n"
    )
    subprocess.run([sys.executable, "-c", program], timeout=20, check=True)


def test_no_more_run_at_a_time_than_are_allowed(over: threading.Event) -> None:
    threads, both = HandlerThreads(2), threading.Barrier(3)
    running = [threads.submit(lambda: (both.wait(30), over.wait(30))) for _ in range(2)]
    both.wait(30)
    waiting = threads.submit(lambda: "run")
    assert not waiting.running()
    over.set()
    assert waiting.result(30) == "run"
    ended(threads, *running)


def test_a_call_that_has_not_begun_is_cancelled_at_the_end(over: threading.Event) -> None:
    threads, begun = HandlerThreads(1), threading.Event()
    threads.submit(lambda: (begun.set(), over.wait(30)))
    begun.wait(30)
    waiting = threads.submit(lambda: None)
    threads.close()
    with pytest.raises(CancelledError):
        waiting.result(30)
    over.set()
    ended(threads)


def test_a_call_that_was_given_up_leaves_its_place_to_another(over: threading.Event) -> None:
    threads, begun = HandlerThreads(1), threading.Event()
    hanging = threads.submit(lambda: (begun.set(), over.wait(30)))
    begun.wait(30)
    waiting = threads.submit(threading.current_thread)
    threads.replace(hanging)
    assert waiting.result(30).name == "handler-2"
    over.set()
    ended(threads, hanging)


def test_what_a_call_raises_is_given_to_who_waits() -> None:
    threads = HandlerThreads(1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result(30)
    assert threads.submit(lambda: "next").result(30) == "next"
    ended(threads)


def test_each_thread_has_an_event_loop_as_code_for_lambda_expects() -> None:
    threads = HandlerThreads(1)
    assert (
        threads.submit(lambda: asyncio.get_event_loop().run_until_complete(asyncio.sleep(0, "done"))).result(30)
        == "done"
    )
    ended(threads)
