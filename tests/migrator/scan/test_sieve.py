"""One reading of a file answers for all words that the scan seeks."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from migrator.scan.sieve import Sieve, sought

SOUGHT = sought(b"requestContext", b"plain-word", b"from word", b"(w.r+d)[]{}^$|?*\\#&~", suffixes=(".sieved",))


def mentions(folder: Path, content: bytes, *words: bytes, name: str = "file.sieved") -> bool:
    (folder / name).write_bytes(content)
    return Sieve(folder).mentions(name, words)


def test_a_file_that_cannot_be_read_mentions_nothing(tmp_path: Path) -> None:
    assert not Sieve(tmp_path).mentions("missing.sieved", SOUGHT)


def test_a_part_of_a_word_is_no_word(tmp_path: Path) -> None:
    assert not mentions(tmp_path, b"the equestContext of a word, in plain\n-word", *SOUGHT)


def test_bytes_that_are_no_text_hide_nothing(tmp_path: Path) -> None:
    assert mentions(tmp_path, b"\xff\x00\xe9plain-word\xc3", *SOUGHT)
    assert not mentions(tmp_path, b"\xff\x00\xe9plain\xe9word\xc3", *SOUGHT)


def test_one_word_does_not_answer_for_another(tmp_path: Path) -> None:
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


def test_files_that_mention_a_word_come_in_the_order_that_was_given(tmp_path: Path) -> None:
    for name in ("a.sieved", "b.sieved", "c.sieved"):
        (tmp_path / name).write_bytes(b"" if name == "b.sieved" else b"plain-word")
    found = Sieve(tmp_path).mentioning(["c.sieved", "b.sieved", "a.sieved"], ".sieved", (b"plain-word",))
    assert list(found) == ["c.sieved", "a.sieved"]


@given(
    st.lists(
        st.sampled_from(
            [*SOUGHT, *(word[1:] for word in SOUGHT), *(word[:-1] for word in SOUGHT), b" ", b"\n", b"\xff"]
        )
        | st.binary(max_size=3),
        max_size=8,
    )
)
def test_it_says_what_a_plain_search_says(tmp_path_factory, parts: list[bytes]) -> None:
    content = b"".join(parts)
    folder = tmp_path_factory.mktemp("sieve")
    for word in SOUGHT:
        assert mentions(folder, content, word) == (word in content)
