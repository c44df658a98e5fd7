"""Who looked at what, and keeping the house."""

from __future__ import annotations

import uuid
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from tests.factories import make_site, make_user
from wagtail_livechat import clock
from wagtail_livechat.privacy import actions
from wagtail_livechat.privacy.actions import end_access, keep_house, record_access
from wagtail_livechat.privacy.models import AccessEntry, HousekeepingRun, Look
from wagtail_livechat.privacy.registry import PARTS, Part

pytestmark = pytest.mark.django_db


def test_a_look_is_written_down_with_who_what_where_and_when() -> None:
    alice, site = make_user("alice"), make_site()
    before = clock.now()

    record_access(
        user_id=alice.pk,
        site_id=site.pk,
        look=Look.OPENED_VISIT,
        target="Visit 7f3a",
        session_hash="0123456789abcdef0123",
        alias="Alice",
    )

    entry = AccessEntry.objects.get()
    assert (entry.user, entry.account, entry.site) == (alice, "alice", site)
    assert (entry.look, entry.target, entry.alias) == ("opened_visit", "Visit 7f3a", "Alice")
    assert entry.session == "0123456789abcdef"
    assert before <= entry.at <= clock.now()
    assert entry.until is None and entry.key is None


def test_a_look_that_lasts_ends_once() -> None:
    alice, site, key = make_user("alice"), make_site(), uuid.uuid4()
    for _ in range(2):  # the line was lost, and the console says it again
        record_access(user_id=alice.pk, site_id=site.pk, look=Look.WATCHED, key=key)

    end_access(key)
    ended = AccessEntry.objects.get().until
    end_access(key)

    assert ended is not None
    assert AccessEntry.objects.get().until == ended


def test_to_end_a_look_that_was_never_written_down_does_no_harm() -> None:
    end_access(uuid.uuid4())
    assert not AccessEntry.objects.exists()


def test_an_entry_outlives_the_account_and_keeps_its_name() -> None:
    alice, site = make_user("alice"), make_site()
    record_access(user_id=alice.pk, site_id=site.pk, look=Look.READ_TRANSCRIPT)

    alice.delete()
    site.delete()

    entry = AccessEntry.objects.get()
    assert (entry.user, entry.site, entry.account) == (None, None, "alice")


def test_an_unknown_look_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="peeked"):
        record_access(user_id=None, site_id=None, look="peeked")


def test_what_is_written_down_can_be_neither_changed_nor_taken_out() -> None:
    record_access(user_id=None, site_id=make_site().pk, look=Look.EXPORTED)
    entry = AccessEntry.objects.get()
    entry.account = "somebody else"

    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()
    assert AccessEntry.objects.get().account == ""


def test_keeping_house_goes_through_every_part_and_says_so_in_the_books() -> None:
    kept = keep_house()

    assert set(kept.erased) == {part.name for part in PARTS}
    assert not kept.failed and not kept.unfinished
    assert all(run.finished_at for run in HousekeepingRun.objects.all())
    assert HousekeepingRun.objects.count() == len(PARTS)


def test_a_dry_run_leaves_nothing_in_the_books() -> None:
    keep_house(dry_run=True)
    assert not HousekeepingRun.objects.exists()


def test_what_is_erased_adds_up_over_the_runs() -> None:
    with mock.patch.object(actions, "PARTS", [a_part("visitors", lambda **_: 3)]):
        keep_house()
        keep_house()

    assert HousekeepingRun.objects.get(task="visitors").erased == 6


def test_a_part_that_fails_does_not_keep_the_others_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(**_options: object) -> int:
        raise RuntimeError("the disk is full")

    parts = [a_part("conversations", fail), a_part("visitors", lambda **_: 2)]
    with mock.patch.object(actions, "PARTS", parts):
        kept = keep_house()

    assert kept.failed == ("conversations",)
    assert kept.erased == {"visitors": 2}
    assert HousekeepingRun.objects.get(task="conversations").finished_at is None
    assert "the disk is full" in caplog.text


def test_without_time_nothing_is_begun_and_the_books_say_when_it_last_was() -> None:
    keep_house()
    long_ago = timezone.now() - timedelta(days=3)
    HousekeepingRun.objects.update(finished_at=long_ago)

    kept = keep_house(seconds=0)

    assert set(kept.unfinished) == {part.name for part in PARTS}
    assert {run.finished_at for run in HousekeepingRun.objects.all()} == {long_ago}


def test_a_part_that_there_is_no_more_leaves_the_books() -> None:
    HousekeepingRun.objects.create(task="pigeons", started_at=clock.now())
    keep_house()
    assert not HousekeepingRun.objects.filter(task="pigeons").exists()


def a_part(name: str, expire: object) -> Part:
    return Part(name=name, holds=(), expire=expire)
