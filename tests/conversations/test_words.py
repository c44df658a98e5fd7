"""What a message is about."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from wagtail_livechat.conversations.words import MOST_WORDS, folded, stem_of, words_of


def test_what_every_message_has_is_taken_away() -> None:
    assert words_of("Bonjour ! Quels sont vos horaires d’ouverture, s’il vous plaît ?") == [
        "horaires",
        "ouverture",
    ]
    assert words_of("Hello, could you tell me your opening hours please? Thanks!") == [
        "opening",
        "hours",
    ]


@pytest.mark.parametrize(
    "said", ["Bonjour", "merci beaucoup !", "ok", "Hi there!", "👍", "???", ""]
)
def test_small_talk_is_about_nothing(said: str) -> None:
    assert words_of(said) == []


def test_accents_capitals_and_ligatures_make_no_difference() -> None:
    assert folded("Œuvre DÉDICACÉE") == "oeuvre dedicacee"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("livraison", "livraisons")),
        ("fr", ("exemplaire", "exemplaires")),
        ("fr-CA", ("horaire", "horaires")),
        ("en", ("delivery", "deliveries")),
        ("en-gb", ("wrapping", "wrapped")),
    ],
)
def test_endings_make_no_difference(language: str, words: tuple[str, str]) -> None:
    one, other = words
    assert stem_of(one, language) == stem_of(other, language)


def test_where_nobody_knows_the_endings_a_word_stays_as_it_is() -> None:
    assert stem_of("nqobile", "zu") == "nqobile"


def test_a_text_without_end_is_read_to_a_certain_length() -> None:
    assert len(words_of("atlas globe " * 2_000)) == MOST_WORDS


@pytest.mark.parametrize(
    "said", ["\x00", "'; DROP TABLE books; --", "مرحبا كيف حالك", "𝕳𝖊𝖑𝖑𝖔", "a" * 4_000]
)
def test_anything_can_be_read(said: str) -> None:
    assert all(word == folded(word) for word in words_of(said))


def test_threads_that_stem_at_once_do_not_find_each_others_words() -> None:
    """The signpost's threads, the study's and the readers' share what knows the endings."""
    ends = ("ing", "ation", "ational", "izer", "iveness", "fulness", "ously", "ism", "ed", "ies")
    starts = ("", "re", "un", "over", "out", "pre", "sub", "inter", "counter", "trans")
    words = [f"{start}deliver{end}" for start in starts for end in ends] * 4
    alone = [stem_of.__wrapped__(word, "en") for word in words]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(
                pool.map(lambda _: [stem_of.__wrapped__(word, "en") for word in words], range(12))
            )
    finally:
        sys.setswitchinterval(interval)
    assert all(each == alone for each in together)
