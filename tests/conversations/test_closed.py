"""Conversations that are over, read from the newest down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from wagtail.models import Site

from tests.factories import make_site
from tests.study.conversations import closed
from wagtail_livechat import clock
from wagtail_livechat.conversations import closed as over
from wagtail_livechat.conversations.closed import closed_since, closed_threads, lock_closed
from wagtail_livechat.conversations.models import Conversation

pytestmark = pytest.mark.django_db

LONG_AGO = clock.now() - timedelta(days=365)


@pytest.fixture
def site() -> Site:
    return make_site()


def test_threads_come_with_all_that_was_said_the_newest_first(site: Site) -> None:
    first = closed(site, ("visitor", "one"), ("agent", "two"), page_id=3)
    second = closed(site, ("visitor", "three"), language="fr")

    threads = closed_threads(site.pk, since=LONG_AGO, before=None, limit=10)

    assert [thread.conversation_pk for thread in threads] == [second.pk, first.pk]
    assert [thread.language for thread in threads] == ["fr", "en"]
    said = [(e.seq, e.kind, e.text, e.page_id) for e in threads[1].entries]
    assert said == [(1, "visitor", "one", 3), (2, "agent", "two", None)]


def test_they_are_read_a_batch_at_a_time(site: Site) -> None:
    pks = [closed(site, ("visitor", str(number))).pk for number in range(5)]
    read: list[int] = []
    before: int | None = None
    while batch := closed_threads(site.pk, since=LONG_AGO, before=before, limit=2):
        assert len(batch) <= 2
        read += [thread.conversation_pk for thread in batch]
        before = read[-1]

    assert read == pks[::-1]


def test_what_is_open_old_or_elsewhere_is_not_among_them(site: Site) -> None:
    kept = closed(site, ("visitor", "kept"))
    still_open = closed(site, ("visitor", "open"))
    Conversation.objects.filter(pk=still_open.pk).update(state="active")
    closed(site, ("visitor", "old"), ago=timedelta(days=3))
    closed(make_site("b.test"), ("visitor", "elsewhere"))

    found = closed_since(site.pk, clock.now() - timedelta(days=2))

    assert [one.pk for one in found] == [kept.pk]


def test_a_thread_without_end_is_read_to_a_certain_length(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(over, "MOST_ENTRIES", 3)
    closed(site, *[("visitor", "again")] * 5)
    (thread,) = closed_threads(site.pk, since=LONG_AGO, before=None, limit=1)
    assert len(thread.entries) == 3


def test_what_was_erased_is_not_there_to_be_locked(site: Site) -> None:
    one, gone = closed(site, ("visitor", "one")), closed(site, ("visitor", "gone"))
    pk = gone.pk
    gone.delete()
    assert lock_closed([one.pk, pk]) == {one.pk}
