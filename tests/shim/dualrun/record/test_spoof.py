from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from shim.dualrun.record.spoof import PRESENTED, Credential, Spoof, spoof_of, spoof_text


@given(credential=st.sampled_from(get_args(Credential)), text=st.text())
def test_a_spoof_is_recorded_and_read_back(credential, text):
    step = Spoof("alice", credential, text)
    assert spoof_of("alice", spoof_text(step)) == step


@given(text=st.text(max_size=30) | st.sampled_from(["[]", "1", '{"presents": [], "message": 1}', "[" * 100_000]))
def test_what_is_not_understood_presents_nothing(text):
    assert spoof_of("alice", text) == Spoof("alice", "none", "")


def test_each_credential_has_words():
    assert PRESENTED.keys() == set(get_args(Credential))
