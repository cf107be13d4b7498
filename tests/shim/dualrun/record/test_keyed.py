"""The key that secrets are hidden with: made once, for its owner only."""

from __future__ import annotations

import stat

import pytest

from shim.dualrun.record.errors import KeyUnusable
from shim.dualrun.record.keyed import Hasher, key_beside, read_key, read_or_make_key


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "keys" / "chat.key"
    key = read_or_make_key(path)
    assert len(key) == 32
    assert read_or_make_key(path) == read_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_its_id_tells_nothing_of_it():
    key = bytes(range(32))
    told = Hasher(key).key_id
    assert len(told) == 8
    assert told not in key.hex()


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("00" * 32, 0o644, "others may read it (its mode is 644); chmod 600 it"),
        ("secret", 0o600, "it is not hexadecimal digits"),
        ("é", 0o600, "it is not hexadecimal digits"),
        ("00" * 2049, 0o600, "it has more than 4096 bytes"),
        ("00" * 8, 0o600, "it has 8 bytes; 16 are needed at least"),
    ],
)
def test_a_key_that_is_none_or_that_others_know_is_refused(text, mode, words, tmp_path):
    path = tmp_path / "a.key"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    for read in (read_key, read_or_make_key):
        with pytest.raises(KeyUnusable) as caught:
            read(path)
        assert words in str(caught.value)


def test_a_missing_key_is_not_made_for_reading(tmp_path):
    with pytest.raises(KeyUnusable, match="No such file"):
        read_key(tmp_path / "a.key")
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_beside_the_recording(tmp_path):
    assert key_beside(tmp_path / "chat.jsonl") == tmp_path / "chat.key"
