"""What is found by what is typed, and what is suggested by what was asked."""

from __future__ import annotations

import random

import pytest

from wagtail_livechat.canned_replies.matching import (
    Entry,
    Found,
    Questions,
    search,
    stems_of,
    suggest,
)

HOURS, GIFT, SHIP, BACK, EVENT = range(1, 6)
ENTRIES = [
    Found(
        Entry(
            key=HOURS,
            title="Opening hours",
            shortcut="hours",
            tags=("open", "sunday"),
            text="We are open from nine to six.",
            order=5,
        )
    ),
    Found(
        Entry(
            key=GIFT,
            title="Gift wrapping",
            shortcut="gift",
            text="We wrap every book as a gift, for free.",
            order=4,
        )
    ),
    Found(
        Entry(
            key=SHIP,
            title="Delivery abroad",
            shortcut="abroad",
            category="Orders",
            text="Parcels to other countries take a week.",
            order=3,
        )
    ),
    Found(
        Entry(
            key=BACK,
            title="Return a book",
            shortcut="return",
            category="Orders",
            text="You have a month to bring a book back.",
            order=2,
        )
    ),
    Found(
        Entry(
            key=EVENT,
            title="Soirée lecture",
            shortcut="soirée",
            language="fr",
            text="Chaque mois, une soirée.",
            order=1,
        )
    ),
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("hours", HOURS),
        ("h", HOURS),
        ("HOU", HOURS),
        ("open", HOURS),
        ("oh", HOURS),
        ("sun", HOURS),
        ("hours open", HOURS),
        ("nine", HOURS),
        ("abr", SHIP),
        ("del ab", SHIP),
        ("soir", EVENT),
        ("SOIREE", EVENT),
        ("retrun", BACK),
        ("delivrey", SHIP),
        ("wraping", GIFT),
    ],
)
def test_beginnings_and_slips_find_the_reply(typed: str, first: int) -> None:
    assert search(ENTRIES, typed)[0] == first


def test_a_shortcut_comes_before_a_word_of_the_title_and_that_before_the_text() -> None:
    entries = [
        Found(Entry(key=1, title="Other", text="All about returns")),
        Found(Entry(key=2, title="Return a book")),
        Found(Entry(key=3, title="Something", shortcut="return")),
        Found(Entry(key=4, title="Something else", shortcut="return-late")),
    ]
    assert search(entries, "return") == [3, 4, 2, 1]


def test_before_anything_is_typed_what_is_used_most_comes_first_then_the_editors_order() -> None:
    assert search(ENTRIES, " ", uses=lambda key: 9 if key == GIFT else 0, limit=3) == [
        GIFT,
        EVENT,
        BACK,
    ]


def test_what_is_alike_comes_in_the_order_of_use() -> None:
    assert search(ENTRIES, "orders")[:2] == [BACK, SHIP]
    assert search(ENTRIES, "orders", uses=lambda key: key == SHIP)[:2] == [SHIP, BACK]


@pytest.mark.parametrize("typed", ["zzzzqq", "{{}}", "%", "\u200f", "😀", "'; drop table"])
def test_strange_things_are_found_or_not_and_nothing_breaks(typed: str) -> None:
    assert set(search(ENTRIES, typed)) <= {each.entry.key for each in ENTRIES}
    assert search([], typed) == []


def asked(*said: tuple[int, str]) -> Questions:
    return Questions((key, stems_of(text, "en")) for key, text in said)


OWN = Questions((each.entry.key, stems) for each in ENTRIES for stems in each.stems)
PAST = asked(
    (HOURS, "When do you open on Sunday?"),
    (HOURS, "are you open tomorrow morning"),
    (HOURS, "What time do you close?"),
    (SHIP, "Do you ship to Belgium?"),
    (SHIP, "How much is shipping to Switzerland"),
    (BACK, "I would like to send a book back, it is damaged"),
    (GIFT, "Can you wrap it? It is a present"),
)
ALL = frozenset({HOURS, GIFT, SHIP, BACK})


def suggested(question: str, offered: frozenset[int] = ALL) -> list[int]:
    return suggest(stems_of(question, "en"), past=PAST, own=OWN, offered=offered)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("What time do you close on Saturday?", HOURS),
        ("could you ship three books to Germany", SHIP),
        ("do you shipp abroad", SHIP),
        ("My book is dammaged", BACK),
        ("It is a present for my sister", GIFT),
        ("Is wrapping for free?", GIFT),
    ],
)
def test_what_answered_a_like_question_is_suggested_first(question: str, first: int) -> None:
    assert suggested(question)[0] == first


@pytest.mark.parametrize("question", ["Hello", "", "Who wrote Ulysses?", "?!", "thank you so much"])
def test_nothing_is_suggested_where_nothing_fits(question: str) -> None:
    assert suggested(question) == []


def test_what_is_not_offered_is_not_suggested() -> None:
    assert HOURS not in suggested("When do you open?", ALL - {HOURS})


def test_three_at_most_are_suggested() -> None:
    many = asked(*((key, "where is my parcel") for key in range(20)))
    keys = suggest(
        stems_of("where is my parcel", "en"), past=many, own=many, offered=frozenset(range(20))
    )
    assert len(keys) == 3


def test_several_like_questions_make_a_reply_surer_than_one() -> None:
    past = asked((1, "lost parcel"), (2, "parcel late"), (2, "parcel wet"), (2, "parcel open"))
    keys = suggest(stems_of("parcel?", "en"), past=past, own=asked(), offered=frozenset({1, 2}))
    assert keys[0] == 2


def test_thousands_are_looked_through_without_comparing_each_with_each() -> None:
    dice = random.Random(7)
    words = ["".join(dice.choices("abcdefghij", k=6)) for _ in range(2_000)]
    entries = [
        Found(Entry(key=n, title=" ".join(dice.choices(words, k=4)), shortcut=f"s{n}"))
        for n in range(5_000)
    ]
    assert search(entries, "s4999")[0] == 4_999
    wanted = entries[1234].entry.title.split()[0]
    assert 1234 in search(entries, wanted, limit=100)
