from __future__ import annotations

from typing import get_args

from shim.dualrun.compare.classes import CLASSES, DifferenceClass


def test_every_class_has_its_meaning_and_no_meaning_is_without_a_class():
    assert set(CLASSES) == set(get_args(DifferenceClass))


def test_only_a_leak_and_a_request_of_somebody_else_decide_alone():
    assert [name for name, meaning in CLASSES.items() if meaning.critical] == ["misrouted", "spoofed"]


def test_meanings_are_sentences_of_their_own():
    sentences = [meaning.sentence for meaning in CLASSES.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence.endswith(".") for sentence in sentences)
