"""The narrow statements say what the plain ones say."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from msgspec.structs import replace

from tests.watched import Agreed, make_watched_site
from wagtail_livechat import clock
from wagtail_livechat.narrow import dashed
from wagtail_livechat.visitors import hot_path
from wagtail_livechat.visitors.hot_path import Hold, Move, NewStep
from wagtail_livechat.visitors.models import PageView, Visit
from wagtail_livechat.workers.actions import enlist

pytestmark = pytest.mark.django_db

NARROW = "_store_singly" if connection.vendor == "sqlite" else "_store_as_set"


@pytest.fixture
def crowd():
    site = make_watched_site()
    return [Agreed(site).is_seen_on(None) for _ in range(3)]


def moves(crowd):
    now = clock.now()
    given = [
        (None, "search", None, [], False),
        (now, "page", 7, ["same_page", "order_dwell"], True),
        (now, "hidden", None, ["form_left"], False),
    ]
    return [
        Move(
            id=visit.pk,
            seen_at=now,
            idle_since=idle_since,
            language="fr",
            page_kind=kind,
            page_id=page_id,
            page_since=now,
            pages=4,
            stuck_score=2,
            stuck_reasons=reasons,
            acknowledged=2**40,
            silenced=silenced,
        )
        for visit, (idle_since, kind, page_id, reasons, silenced) in zip(crowd, given, strict=True)
    ]


def holds(crowd):
    worker = uuid.uuid4()
    enlist(worker)
    _, polls, changes = crowd
    return [
        Hold(polls.pk, uuid.uuid4(), None, clock.now() + timedelta(seconds=60), None),
        Hold(changes.pk, uuid.uuid4(), worker, None, None),
    ]


def steps(crowd):
    now = clock.now()
    return [
        NewStep(visit.pk, number, page_id, kind, results, now)
        for visit in crowd
        for number, page_id, kind, results in ((2, 5, "page", None), (3, None, "search", 0))
    ]


def test_both_ways_come_to_the_same(crowd):
    changed, held, added = moves(crowd), holds(crowd), steps(crowd)
    first = list(Visit.objects.order_by("pk").values())
    ended = clock.now()
    found = []
    for way in ("_store_plainly", NARROW):
        PageView.objects.filter(number__gt=1).delete()
        for row in first:
            Visit.objects.filter(pk=row["id"]).update(**row | {"ended_at": ended})
        store = getattr(hot_path, way)
        store(*([] if way == "_store_plainly" else [connection]), changed, held, added)
        found.append(
            (
                list(Visit.objects.order_by("pk").values()),
                list(PageView.objects.order_by("visit_id", "number").values_list()[:]),
            )
        )
    plain, narrow = found
    assert plain[0] == narrow[0]
    assert [row[1:] for row in plain[1]] == [row[1:] for row in narrow[1]]
    assert [visit["ended_at"] for visit in narrow[0]] == [ended, None, None]
    assert {visit["pages"] for visit in narrow[0]} == {4}


@pytest.mark.parametrize("way", ["_store_plainly", NARROW])
def test_an_older_page_takes_no_place_of_a_newer_one(crowd, way):
    newer = moves(crowd)
    hot_path.store(newer, [], [])
    store = getattr(hot_path, way)
    late = [
        replace(move, page_since=move.page_since - timedelta(seconds=9), page_id=1, pages=5)
        for move in newer[:2]
    ]
    store(*([] if way == "_store_plainly" else [connection]), late, [], [])
    found = Visit.objects.order_by("pk").values_list("page_kind", "page_id", "page_since", "pages")
    assert list(found) == [
        (move.page_kind, move.page_id, move.page_since, pages)
        for move, pages in zip(newer, (5, 5, 4), strict=True)
    ]


def test_a_long_trail_is_added_whole(crowd):
    now = clock.now()
    added = [
        NewStep(visit.pk, number, number, "page", None, now)
        for visit in crowd
        for number in range(2, 42)
    ]
    hot_path.store(moves(crowd), [], added)
    found = PageView.objects.filter(number__gt=1).order_by("visit_id", "number")
    assert list(found.values_list("visit_id", "number", "page_id")) == [
        (step.visit_id, step.number, step.page_id) for step in added
    ]


def test_both_ways_find_the_same_rows(crowd):
    hot_path.store(moves(crowd), holds(crowd), [])
    Visit.objects.filter(pk=crowd[0].pk).update(ended_at=clock.now())
    keys = [visit.key_hash for visit in crowd]
    with transaction.atomic():
        plain = hot_path._lock_plainly([*keys, "f" * 64])
        narrow = hot_path.lock([*keys, "f" * 64])
    assert narrow == plain and list(narrow) == keys
    assert narrow[keys[0]].ended_at is not None and narrow[keys[0]].page_since is not None
    assert dashed(narrow[keys[0]].public_id) == str(crowd[0].public_id)


def test_nothing_to_store_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert hot_path.lock([]) == {}
        hot_path.store([], [], [])


def test_a_view_names_no_column_that_has_an_index():
    indexed = {field.attname for field in Visit._meta.fields if field.db_index or field.unique}
    indexed |= {name for index in Visit._meta.indexes for name in index.fields}
    assert {"key_hash", "receipt_id", "ended_at"} <= indexed
    assert indexed & set(Move.__struct_fields__) == {"id"}
