"""Which of the wordings that editors wrote a question is like."""

from __future__ import annotations

import pytest
from wagtail.models import Site

from tests.answers.said import make_answer
from wagtail_livechat.answers.models import CuratedAnswer
from wagtail_livechat.answers.wordings import LIKE_ENOUGH, Alike, most_alike

pytestmark = pytest.mark.django_db


def alike(site: Site, text: str, language: str = "en") -> list[Alike]:
    return most_alike(CuratedAnswer, text=text, site_id=site.pk, language=language)


@pytest.fixture
def parking(site: Site) -> CuratedAnswer:
    make_answer(site, "Do you sell gift cards?\nGift vouchers", "<p>Yes.</p>")
    return make_answer(site, "Where can I park?\nIs there a car park?\nparking", "<p>Behind.</p>")


@pytest.mark.parametrize(
    "text",
    [
        "Where can I park?",
        "car parks",
        "is there parking",
        "PARKING!!!",
        "parkng",
        "Parking please",
    ],
)
def test_a_question_is_like_one_of_its_wordings(
    site: Site, parking: CuratedAnswer, text: str
) -> None:
    assert [one.pk for one in alike(site, text)][:1] == [parking.pk]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "Who was the first person to park a spaceship on the moon?",
        "I lost my gift card when my dog ate the car keys",
        "What is the capital of Mongolia?",
    ],
)
def test_a_question_that_only_shares_a_word_is_another_one(
    site: Site, parking: CuratedAnswer, text: str
) -> None:
    assert alike(site, text) == []


def test_the_nearer_one_comes_first(site: Site) -> None:
    near = make_answer(site, "Is delivery free?")
    make_answer(site, "How long does free delivery by bicycle take?")
    found = alike(site, "is the delivery free")
    assert found[0].pk == near.pk
    assert found[0].confidence == pytest.approx(1.0)
    assert all(one.confidence >= LIKE_ENOUGH for one in found)


def test_drafts_other_sites_and_other_languages_are_not_compared(
    site: Site, other: Site, parking: CuratedAnswer
) -> None:
    assert alike(other, "parking") == []
    assert alike(site, "parking", "fr") == []
    parking.unpublish()
    assert alike(site, "parking") == []


def test_a_change_holds_for_the_next_question(site: Site, parking: CuratedAnswer) -> None:
    assert alike(site, "parking")
    parking.wordings = "Where do I leave my horse?"
    parking.save_revision()
    assert alike(site, "my horse") == []
    parking.get_latest_revision().publish()
    assert [one.pk for one in alike(site, "where does my horse go")] == [parking.pk]
    assert alike(site, "parking") == []
