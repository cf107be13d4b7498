"""One reading of a file answers for all words that the scan seeks."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from migrator.scan.sieve import ROOTS, Sieve, sought

SOUGHT = sought(b"requestContext", b"plain-word", suffixes=(".sieved",))


def mentions(folder: Path, content: bytes, *words: bytes, name: str = "file.sieved") -> bool:
    (folder / name).write_bytes(content)
    return Sieve(folder).mentions(name, words)


def test_a_file_that_cannot_be_read_mentions_nothing(tmp_path: Path) -> None:
    assert not Sieve(tmp_path).mentions("missing.sieved", SOUGHT)


def test_a_root_alone_is_no_word(tmp_path: Path) -> None:
    assert not mentions(tmp_path, b"the equestContext of a word", *SOUGHT)


def test_words_are_found_with_and_without_a_root(tmp_path: Path) -> None:
    assert mentions(tmp_path, b'event["requestContext"]', *SOUGHT)
    assert mentions(tmp_path, b"a plain-word", *SOUGHT)
    assert not mentions(tmp_path, b"a plain-word", b"requestContext")


def test_a_word_that_nobody_told_is_looked_for_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file.sieved").write_bytes(b"told and untold-word")
    sieve = Sieve(tmp_path)
    assert not sieve.mentions("file.sieved", SOUGHT)
    assert sieve.mentions("file.sieved", (b"untold-word",))


def test_suffixes_have_their_own_words(tmp_path: Path) -> None:
    assert mentions(tmp_path, b"plain-word", b"plain-word", name="file.other")


@given(st.lists(st.sampled_from([*ROOTS, *SOUGHT, b"methodArn", b" ", b"x"]), max_size=8))
def test_it_says_what_a_plain_search_says(tmp_path_factory, parts: list[bytes]) -> None:
    content = b"".join(parts)
    folder = tmp_path_factory.mktemp("sieve")
    for word in SOUGHT:
        assert mentions(folder, content, word) == (word in content)
