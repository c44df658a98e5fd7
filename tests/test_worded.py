"""A query that is worded once finds what it would find if it were worded each time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_agent, make_site, make_visitor
from wagtail_livechat import clock
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.conversations.queries import cards_by_pk, with_card_fields
from wagtail_livechat.visitors.models import Visitor
from wagtail_livechat.worded import Worded

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def conversations(site):
    alice = make_agent("alice", site, alias="Alice")
    visitors = [make_visitor(site) for _ in range(3)]
    for number, visitor in enumerate(visitors):
        visitor.says(f"Hello {number}")
    alice.picks_up(visitors[0].conversation)
    Conversation.objects.filter(pk=visitors[1].conversation.pk).update(place={"step": [1, "é"]})
    return [visitor.conversation for visitor in visitors]


def test_each_field_is_as_the_orm_reads_it(conversations):
    pks = [each.pk for each in conversations]
    plain = {row.pk: row for row in with_card_fields(Conversation.objects.filter(pk__in=pks))}
    for _ in range(2):
        worded = {row.pk: row for row in cards_by_pk(pks)}
        assert worded.keys() == plain.keys()
        for pk, row in plain.items():
            for field in Conversation._meta.concrete_fields:
                found = getattr(worded[pk], field.attname)
                assert found == getattr(row, field.attname), field.name
                assert type(found) is type(getattr(row, field.attname)), field.name
            assert worded[pk].agent == row.agent
            for name in ("last_text", "last_kind", "unread"):
                assert getattr(worded[pk], name) == getattr(row, name)


def test_other_keys_find_other_rows(conversations):
    first, second, _ = conversations
    assert [row.pk for row in cards_by_pk([first.pk])] == [first.pk]
    assert [row.pk for row in cards_by_pk([second.pk, 10**9])] == [second.pk]


def test_texts_are_keys_as_well_whatever_they_hold(site):
    hostile = ["plain", "it's", '"so", {a}', "%s \\ ünïcödé", "a,b"]
    for name in hostile:
        Visitor.objects.create(
            site=site, key_hash=name, created_at=clock.now(), seen_at=clock.now()
        )
    worded = Worded(
        lambda names: Visitor.objects.filter(key_hash__in=names).values_list("key_hash"), keys=str
    )
    assert worded.ask(hostile[:1]) == [("plain",)]
    assert {name for (name,) in worded.ask([*hostile, "nobody"])} == set(hostile)


def test_without_keys_nothing_is_asked():
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert cards_by_pk([]) == []
    assert len(asked) == 0


def test_a_moment_is_filled_in_each_time_and_what_is_taken_off_with_it(conversations):
    pks = [each.pk for each in conversations]
    said_since = Worded(
        lambda keys, now: (
            Message.objects.filter(
                conversation_id__in=keys, kind="visitor", at__gte=now - timedelta(minutes=1)
            )
            .order_by("conversation_id")
            .values_list("conversation_id", "text")
        )
    )
    now = clock.now()
    wanted = [(pk, f"Hello {number}") for number, pk in enumerate(pks)]
    assert said_since.ask(pks, now=now) == wanted
    assert said_since.ask(pks, now=now + timedelta(minutes=2)) == []
    assert said_since.ask(pks[:1], now=now) == wanted[:1]
