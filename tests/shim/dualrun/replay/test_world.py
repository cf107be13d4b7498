"""Both sides see the same clock and draw the same ids, whatever their servers do besides."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shim.dualrun.record.scenario import connection_id_of
from shim.dualrun.replay.settling_by_cause import STEP_S
from tests.shim.dualrun.replay.small_app import small_app
from tests.shim.dualrun.replay.test_settling_by_cause import act, ran

DRAWS = """
    import json, os, random, secrets, time, uuid
    from datetime import date, datetime, timezone
    from random import choice
    from time import time as now
    import boto3

    def draw(me, message):
        boto3.client("dynamodb", region_name="us-east-1").list_tables()  # which draws for itself, LIST times
        push(me, json.dumps({
            "uuid4": str(uuid.uuid4()), "uuid1": str(uuid.uuid1()), "token": secrets.token_urlsafe(),
            "bytes": os.urandom(8).hex(), "random": random.random(), "choice": choice("abcdefghijklmnop"),
            "system": random.SystemRandom().random(),
        }))

    def tell(me, message):
        began = time.monotonic()
        first = now()
        time.sleep(message.get("sleep", 0))
        push(me, json.dumps({
            "time": first, "after": time.time(), "ns": time.time_ns(), "now": datetime.now(timezone.utc).isoformat(),
            "naive": datetime.now().isoformat(), "today": date.today().isoformat(), "mono": time.monotonic() - began,
        }))

    def wait(me, message):
        end = time.time() + 5
        turns = 0
        while time.time() < end:
            turns += 1
        push(me, str(turns))
    """


async def told(folder: Path, source: str, *steps) -> list[dict]:
    found = await ran(small_app(folder, source), *steps)
    assert found.recording.problems == ()
    return [json.loads(text) for _, text in found.messages]


async def test_draws_are_alike_by_step_and_order_and_different_between_steps(tmp_path):
    one = await told(tmp_path / "one", DRAWS, act("draw"), act("draw"))
    # The other side's library calls draw more often; that shifts nothing.
    other = await told(
        tmp_path / "two", DRAWS.replace("list_tables()", "list_tables(Limit=1)"), act("draw"), act("draw")
    )
    assert one == other
    assert all(one[0][name] != one[1][name] for name in one[0].keys() - {"choice"})


async def test_connections_have_the_same_ids_on_every_run_and_each_its_own(tmp_path):
    source = """
        import json
        from shim.gateway.ids import new_connection_id, new_id

        def draw(me, message):
            push(me, json.dumps({"connections": [new_connection_id(), new_connection_id()], "request": new_id()}))
        """
    one, two = [(await told(tmp_path / name, source, act("draw")))[0] for name in ("one", "two")]
    assert one["connections"] == two["connections"]
    assert one["connections"][0] != one["connections"][1]
    assert one["request"] != two["request"]


async def test_a_message_may_speak_of_the_connection_of_another_client(tmp_path):
    source = """
        from shim.gateway.ids import new_connection_id

        def tell(me, message):
            push(me, message["to"])
        """
    folder = small_app(tmp_path, source)
    main = folder / "sse_service" / "main.py"
    connect = '    me = request.query_params["name"]\n'
    main.write_text(main.read_text().replace(connect, f"{connect}    handlers.new_connection_id()\n"))
    found = await ran(folder, act("tell", to=connection_id_of("alice")), act("tell", to=connection_id_of("nobody")))
    (_, alice), (_, nobody) = found.messages
    assert re.fullmatch(r"[\w-]{15}=", alice)
    assert nobody == connection_id_of("nobody")


async def test_the_clock_stands_still_within_a_step_and_moves_from_step_to_step(tmp_path):
    first, second, slept = await told(tmp_path, DRAWS, act("tell"), act("tell"), act("tell", sleep=0.5))
    assert first["time"] == first["after"] == first["ns"] / 1e9
    moment = datetime.fromtimestamp(first["time"], UTC)
    assert abs(datetime.fromisoformat(first["now"]) - moment) < timedelta(milliseconds=1)
    assert datetime.fromisoformat(first["naive"]).replace(tzinfo=UTC) == datetime.fromisoformat(first["now"])
    assert first["today"] == moment.date().isoformat()
    assert round(second["time"] - first["time"], 6) == STEP_S
    assert round(slept["after"] - slept["time"], 6) == 0.5
    assert slept["mono"] >= 0.5


async def test_a_loop_that_waits_for_a_time_without_sleeping_ends(tmp_path):
    (turns,) = await told(tmp_path, DRAWS, act("wait"))
    assert turns > 5000
