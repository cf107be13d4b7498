"""Ids and frames have the form that applications and their logs know."""

import json
import re

from shim.gateway.frames import FORBIDDEN, error_frame
from shim.gateway.ids import new_id


def test_ids_are_sixteen_characters_without_a_slash() -> None:
    ids = {new_id() for _ in range(2_000)}

    assert len(ids) == 2_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{15}=", each) for each in ids)


def test_an_error_frame_names_connection_and_request() -> None:
    frame = error_frame(FORBIDDEN, "c=", "r=")

    assert json.loads(frame) == {"message": "Forbidden", "connectionId": "c=", "requestId": "r="}
