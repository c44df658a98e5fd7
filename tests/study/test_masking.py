"""What says who wrote is taken out before anybody else reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_livechat.study.masking import LONGEST_EXCERPT, MASK, excerpt, masked

ADDRESSES = [
    "ann.reader@mail.example",
    "ANN+books@mail.example",
    "élodie.durand@courriel.example",
    "ann@mail.shop.example",
    "ann @ mail.example",
    "ann(at)mail.example",
    "ann [at] mail [dot] example",
    "ann at mail dot example",
    "ann arobase courriel point exemple",
    "ann (arobase) courriel (point) exemple",
    "ann\u200b@\u200bmail.example",
    "ａｎｎ＠ｍａｉｌ．ｅｘａｍｐｌｅ",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("sentence", ["Write to {} please", "mon mail : {}, merci", "{}"])
def test_an_address_is_taken_out_however_it_is_written(sentence: str, address: str) -> None:
    shown = masked(sentence.format(address))

    assert "ann" not in shown.lower().replace("•", "")
    assert "durand" not in shown
    assert "example" not in shown and "exemple" not in shown
    assert MASK in shown


NUMBERS = [
    "06 12 34 56 78",
    "06.12.34.56.78",
    "06-12-34-56-78",
    "0612345678",
    "+33 6 12 34 56 78",
    "+33 (0)6 12 34 56 78",
    "(020) 7946 0123",
    "020 7946 0123",
    "+44 20 7946 0123",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111111111111111",
    "3782 822463 10005",
    "1 85 12 75 108 042 36",
    "482913",
    "48213",
    "0 6 1 2 3 4 5 6 7 8",
    "06/12/34/56/78",
    "٠٦١٢٣٤٥٦٧٨",
    "０６１２３４５６７８",
    "06\u200b12\u200b34\u200b56\u200b78",
    "14/03/1985",
    "GB29 NWBK 6016 1331 9268 19",
    "FR76 3000 6000 0112 3456 7890 189",
    "LP003456789FR",
    "zéro six douze trente-quatre cinquante-six soixante",
    "oh seven seven double zero nine",
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("sentence", ["Call me on {} after lunch", "mon numéro : {}.", "{}"])
def test_a_number_is_taken_out_however_it_is_written(sentence: str, number: str) -> None:
    shown = masked(sentence.format(number))

    assert not any(letter.isdigit() for letter in shown), shown
    assert "NWBK" not in shown
    assert "trente" not in shown and "seven" not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "Bonjour, je m'appelle Élodie Durand et j'attends",
            f"Bonjour, je m'appelle {MASK} et j'attends",
        ),
        ("je m’appelle jeanne et", f"je m’appelle {MASK} et"),
        ("Hello, my name is Ann de la Tour.", f"Hello, my name is {MASK}."),
        ("commande au nom de Martin-Leroy", f"commande au nom de {MASK}"),
        ("Merci Mme Durand !", f"Merci Mme {MASK} !"),
        ("Thank you Mrs. Reader, all good", f"Thank you Mrs. {MASK}, all good"),
        ("Cordialement, Élodie Durand", f"Cordialement, {MASK}"),
        ("Kind regards\nAnn Reader", f"Kind regards\n{MASK}"),
    ],
)
def test_a_name_that_is_given_as_one_is_taken_out(said: str, shown: str) -> None:
    assert masked(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "see https://shop.example/reset/MTIz-abc?mail=x for it",
        "see shop.example/reset/MTIz-abc for it",
        "see www.shop.example/reset/MTIz-abc for it",
        "ftp://someone:secret@shop.example/reset/MTIz-abc",
    ],
)
def test_a_link_is_taken_out_with_all_that_it_carries(said: str) -> None:
    shown = masked(said)

    assert "MTIz" not in shown and "secret" not in shown and "shop.example" not in shown


@pytest.mark.parametrize(
    "said",
    [
        "Are you open on Sundays from 11 to 5?",
        "Du mardi au samedi, 10 h – 19 h, le dimanche 11 h – 17 h.",
        "Open 10-19, 11-17 on Sundays",
        "1984 by George Orwell, is it in stock?",
        "Vingt mille lieues sous les mers, en poche ?",
        "Deux ou trois jours ouvrés, 4,90 €",
        "look at the shelf, the A4 format, 2nd edition",
        "Is it OK at three?",
    ],
)
def test_what_says_nothing_of_anybody_stays(said: str) -> None:
    assert masked(said) == said


def test_an_excerpt_is_one_line_and_cut_after_the_masking() -> None:
    long = "a" * (LONGEST_EXCERPT - 8) + " ann.reader@mail.example and more of it"

    shown = excerpt(long)

    assert len(shown) <= LONGEST_EXCERPT
    assert "ann" not in shown
    assert excerpt("two\n\n lines\tof it") == "two lines of it"


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 4_000,
        "1 " * 2_000,
        "@" * 4_000,
        "a@" * 2_000,
        "a." * 2_000,
        "-" * 4_000 + "1",
        "(" * 4_000,
        "un " * 1_300,
        "M. " * 1_300,
        "http://" * 570,
        "\u200b" * 4_000,
        "𝟎𝟔𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖 " * 300,
    ],
)
def test_a_text_made_to_keep_a_rule_busy_is_masked_like_any_other(hostile: str) -> None:
    shown = masked(f"{hostile} ann@mail.example"[-4_000:])

    assert "ann@" not in shown
    assert not any(letter.isdigit() for letter in shown.replace("1 ", ""))


@given(st.text(max_size=400))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@given(st.text(max_size=80), st.sampled_from(ADDRESSES), st.text(max_size=80))
def test_no_surroundings_bring_an_address_through(before: str, address: str, after: str) -> None:
    shown = masked(f"{before} {address} {after}")
    assert address not in shown


@given(st.lists(st.integers(0, 9), min_size=5, max_size=30), st.sampled_from(["", " ", ".", "-"]))
def test_no_long_number_comes_through(digits: list[int], between: str) -> None:
    assert not any(c.isdigit() for c in masked(between.join(map(str, digits))))
