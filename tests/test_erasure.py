"""Erasing batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

import pytest
from django.db import connection

from tests.factories import make_site, make_visitor
from wagtail_livechat import erasure
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.erasure import Deadline, erase

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_conversations(monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site()
    for _ in range(5):
        make_visitor(site).says("Hello")
    monkeypatch.setattr(erasure, "BATCH", 2)


def at(seconds: float) -> mock._patch[Callable[[], float]]:
    return mock.patch.object(erasure, "monotonic", lambda: seconds)


@pytest.mark.usefixtures("five_conversations")
def test_all_batches_are_erased_and_counted_without_what_hangs_on_them() -> None:
    assert erase(Conversation.objects.all(), dry_run=False, deadline=Deadline()) == 5
    assert not Message.objects.exists()


@pytest.mark.usefixtures("five_conversations")
def test_a_dry_run_counts_and_erases_nothing() -> None:
    assert erase(Conversation.objects.all(), dry_run=True, deadline=Deadline()) == 5
    assert Conversation.objects.count() == 5


@pytest.mark.usefixtures("five_conversations")
def test_it_stops_after_its_time_and_goes_on_the_next_time() -> None:
    class AfterOneBatch(Deadline):
        asked = 0

        @property
        def is_over(self) -> bool:
            self.asked += 1
            return self.asked > 1

    assert erase(Conversation.objects.all(), dry_run=False, deadline=AfterOneBatch()) == 2
    assert Conversation.objects.count() == 3
    assert erase(Conversation.objects.all(), dry_run=False, deadline=Deadline()) == 3


@pytest.mark.usefixtures("five_conversations")
def test_a_row_that_comes_back_to_life_meanwhile_stays() -> None:
    revived = Conversation.objects.order_by("pk").first()
    assert revived is not None

    def revive(execute: Callable[..., object], sql: str, *args: object) -> object:
        # Between the look for rows and the erasure, the visitor writes again.
        if sql.startswith("SELECT") and "LIMIT 2" in sql and revived.language != "fr":
            found = execute(sql, *args)
            revived.language = "fr"
            Conversation.objects.filter(pk=revived.pk).update(language="fr")
            return found
        return execute(sql, *args)

    with connection.execute_wrapper(revive):
        erased = erase(
            Conversation.objects.filter(language="en"), dry_run=False, deadline=Deadline()
        )

    assert erased == 4
    assert Conversation.objects.get() == revived


@pytest.mark.usefixtures("five_conversations")
def test_two_runs_at_once_erase_everything_and_count_nothing_twice() -> None:
    other: list[int] = []

    def other_run(execute: Callable[..., object], sql: str, *args: object) -> object:
        found = execute(sql, *args)
        if sql.startswith("SELECT") and "LIMIT 2" in sql and not other:
            other.append(0)  # it has chosen its rows; now the other run takes them all
            other[0] = erase(Conversation.objects.all(), dry_run=False, deadline=Deadline())
        return found

    with connection.execute_wrapper(other_run):
        mine = erase(Conversation.objects.all(), dry_run=False, deadline=Deadline())

    assert (mine, other) == (0, [5])
    assert not Conversation.objects.exists()


def test_a_deadline_says_what_is_left() -> None:
    with at(100.0):
        deadline = Deadline(5)
        assert (deadline.left, deadline.is_over) == (5.0, False)
    with at(106.0):
        assert (deadline.left, deadline.is_over) == (0.0, True)
    assert (Deadline().left, Deadline().is_over) == (None, False)
