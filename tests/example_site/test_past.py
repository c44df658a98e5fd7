"""The demo's conversations of the last weeks, and what a study finds in them."""

from __future__ import annotations

import pytest
from django.utils import timezone
from wagtail.models import Site

from example_site.bookshop.loading import load_bookshop
from example_site.bookshop.loading.shops import SHOP_HOST
from tests.example_site.conftest import PORT
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.study import actions, queries
from wagtail_livechat.study.models import StudyRun
from wagtail_livechat.study.queries import Sought
from wagtail_livechat.study.rules import Kind

pytestmark = pytest.mark.urls("example_site.urls")


@pytest.fixture
def site(bookshop: None) -> Site:
    load_bookshop(PORT, lived_in=True)
    return Site.objects.get(hostname=SHOP_HOST)


def test_the_shop_has_a_past_only_where_somebody_asks_for_it(bookshop: None) -> None:
    assert not Conversation.objects.exists()

    assert load_bookshop(PORT, lived_in=True) == ["watching", "past"]
    assert load_bookshop(PORT, lived_in=True) == []

    told = Conversation.objects.all()
    assert told.count() >= 30
    assert set(told.values_list("state", flat=True)) == {"closed"}
    assert set(told.values_list("language", flat=True)) == {"en", "fr"}
    assert all(one.last_at < timezone.now() for one in told)


def test_every_page_that_is_named_exists(site: Site) -> None:
    asked_on = Message.objects.filter(page_id__isnull=False).values("page_id").distinct()
    assert asked_on.count() == 6


def test_a_study_of_the_demo_finds_what_recurs_in_both_languages(site: Site) -> None:
    run, _is_new = actions.queue_study(site.pk)
    assert actions.study(run.pk)
    run = StudyRun.objects.get(pk=run.pk)

    questions = list(queries.groups_found(run, Kind.QUESTION, Sought()))
    names = " | ".join(group.name for group in questions)

    assert {group.language for group in questions} == {"en", "fr"}
    assert len(questions) >= 6
    for word in ("opening hours", "second-hand", "horaires", "occasion", "livraison"):
        assert word in names, names
    assert "•••" not in names
    assert queries.groups_found(run, Kind.REPLY, Sought()).count() >= 4
    assert any(
        queries.unanswered_on(run, page_id).exists()
        for page_id in Message.objects.values_list("page_id", flat=True).distinct()
        if page_id
    )
