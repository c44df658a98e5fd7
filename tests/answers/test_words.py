"""What words have in common when spelling, endings and wording differ."""

import pytest

from wagtail_livechat.answers.meanings import MEANINGS, SMALL_WORDS
from wagtail_livechat.answers.words import (
    MOST_WORDS,
    content_words,
    like,
    main_language,
    nearest_words,
    sound,
    stem,
    stems_in,
    words_in,
)


def nearest(word: str, *known: str) -> list[str]:
    found = nearest_words(word, known, {sound(each): each for each in known})
    return [other for other, _likeness in found]


def test_case_accents_ligatures_and_apostrophes_do_not_count() -> None:
    assert words_in("L’ÉCOLE, l'œuvre — naïve") == ["l", "ecole", "l", "oeuvre", "naive"]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "deliveries", "delivery"),
        ("en", "opening", "opened"),
        ("fr", "cadeaux", "cadeau"),
        ("fr", "ouverts", "ouverte"),
        ("fr-CA", "livres", "livre"),
    ],
)
def test_endings_do_not_count(language: str, one: str, other: str) -> None:
    assert stem(one, language) == stem(other, language)


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert stem("knihy", "cs") == "knihy"


def test_small_words_say_nothing() -> None:
    assert stems_in("Do you have the a", "en") == []
    assert content_words("Est-ce que vous avez du thé ?", "fr") == ["the"]


def test_a_word_counts_once_and_no_more_than_are_needed() -> None:
    assert content_words("gift gift GIFT", "en") == ["gift"]
    assert len(content_words(" ".join(f"word{n}" for n in range(900)), "en")) == MOST_WORDS


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("delivrey", "delivery"),
        ("Bodelaire".lower(), "baudelaire"),
        ("flober", "flaubert"),
        ("horraires", "horaires"),
    ],
)
def test_a_misspelling_leads_to_what_was_meant(written: str, meant: str) -> None:
    assert nearest(written, meant, "umbrella", "parapluie")[:1] == [meant]


@pytest.mark.parametrize("word", ["pie", "1984", "xylophone", "notre"])
def test_what_is_short_a_number_or_far_off_leads_nowhere(word: str) -> None:
    assert nearest(word, "pies", "1985", "delivery", "votre") == []


def test_words_of_like_meaning_are_found_by_their_stems() -> None:
    assert stem("delivery", "en") in like(stem("shipping", "en"), "en-GB")
    assert stem("livraison", "fr") in like(stem("expedition", "fr"), "fr")
    assert like("anything", "cs") == frozenset()


def test_the_main_language_is_what_stands_before_the_country() -> None:
    assert [main_language(code) for code in ("pt-BR", "zh_hans", "EN")] == ["pt", "zh", "en"]


@pytest.mark.parametrize("language", sorted(MEANINGS))
def test_the_lists_are_folded_as_questions_are(language: str) -> None:
    listed = [word for group in MEANINGS[language] for word in group.split()]
    listed += SMALL_WORDS[language]
    assert [word for word in listed if words_in(word) != [word]] == []


@pytest.mark.parametrize("language", sorted(MEANINGS))
def test_no_small_word_is_listed_for_its_meaning(language: str) -> None:
    listed = {word for group in MEANINGS[language] for word in group.split()}
    assert sorted(listed & SMALL_WORDS[language]) == []
