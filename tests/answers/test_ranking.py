"""Which pages a question is about, and how sure one may be."""

from __future__ import annotations

import pytest

from wagtail_livechat.answers.ranking import (
    THRESHOLD,
    Index,
    Match,
    PageText,
    look_closely,
    ranked,
)

PAGES = {
    1: PageText(
        page_id=1,
        title="Opening hours",
        passages=["Monday · closed · Sunday · 11:00 to 17:00", "Trams 2 and 5 stop here."],
    ),
    2: PageText(
        page_id=2,
        title="Delivery and returns",
        passages=["By post four euros, abroad nine euros.", "Send a damaged book back."],
    ),
    3: PageText(page_id=3, title="Charles Baudelaire", passages=["A poet of the city."]),
    4: PageText(page_id=4, title="About us", passages=["Five people read books here."]),
}


@pytest.fixture
def index() -> Index:
    index = Index("en")
    for page in PAGES.values():
        index.put(page)
    return index


def found(index: Index, question: str) -> list[Match]:
    wanted = index.wanted(question)
    return ranked(
        look_closely(index, wanted, PAGES[pk], score) for pk, score in index.best(wanted, 12)
    )


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("Are you open on Sundays?", 1),
        ("opning hours", 1),
        ("how much is shipping to another country", 2),
        ("something by Bodelaire", 3),
        ("which tram do I take", 1),
    ],
)
def test_a_question_leads_to_its_page(index: Index, question: str, page: int) -> None:
    best = found(index, question)[0]
    assert best.page_id == page
    assert best.confidence >= THRESHOLD


@pytest.mark.parametrize("question", ["What is the capital of Mongolia?", "do you sell lawnmowers"])
def test_of_what_no_page_speaks_one_is_not_sure(index: Index, question: str) -> None:
    assert all(match.confidence < THRESHOLD for match in found(index, question))


@pytest.mark.parametrize(
    "question", ["", "?!…", "do you have the", "🙂🙃", "'; DROP TABLE pages; --"]
)
def test_where_there_is_nothing_to_look_for_nothing_is_found(index: Index, question: str) -> None:
    assert found(index, question) == []


def test_the_passage_is_the_one_that_fits(index: Index) -> None:
    assert found(index, "damaged book")[0].passage == "Send a damaged book back."
    assert found(index, "tram")[0].passage == "Trams 2 and 5 stop here."


def test_the_first_passage_stands_for_a_page_that_was_found_by_its_title(index: Index) -> None:
    assert found(index, "baudelaire")[0].passage == "A poet of the city."


def test_a_page_that_is_put_again_is_found_by_its_new_words_only(index: Index) -> None:
    index.put(PageText(page_id=3, title="Emily Dickinson", passages=["Hope is feathered."]))
    assert [pk for pk, _ in index.best(index.wanted("Dickinson"), 5)] == [3]
    assert index.best(index.wanted("Baudelaire"), 5) == []
    assert (len(index), index.dead) == (4, 1)


def test_a_page_that_is_dropped_is_not_found(index: Index) -> None:
    index.drop(1)
    index.drop(1)
    assert [pk for pk, _ in index.best(index.wanted("opening hours"), 5)] == []
    assert len(index) == 3


def test_a_rare_word_says_more_than_a_common_one(index: Index) -> None:
    assert index.weight("baudelair") > index.weight("book")
    assert index.weight("neverseen") > index.weight("baudelair")


def test_the_more_of_the_question_is_met_the_surer_one_is(index: Index) -> None:
    whole = found(index, "returns by post")[0]
    part = found(index, "returns by submarine")[0]
    assert whole.page_id == part.page_id == 2
    assert whole.confidence > part.confidence


def test_the_same_question_always_gets_the_same_order(index: Index) -> None:
    again = Index("en")
    for page in reversed(PAGES.values()):
        again.put(page)
    for question in ("books here", "people of the city", "euros and books"):
        assert [m.page_id for m in found(index, question)] == [
            m.page_id for m in found(again, question)
        ]
