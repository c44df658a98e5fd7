"""The narrow statements say what the plain ones say."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection

from tests.watched import Agreed, make_watched_site
from wagtail_livechat import clock
from wagtail_livechat.visitors import hot_path
from wagtail_livechat.visitors.hot_path import Move, NewStep
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
    worker = uuid.uuid4()
    enlist(worker)
    given = [
        (worker, None, None, "search", None, [], False),
        (None, now + timedelta(seconds=60), now, "page", 7, ["same_page", "order_dwell"], True),
        (worker, None, now, "hidden", None, ["form_left"], False),
    ]
    return [
        Move(
            id=visit.pk,
            receipt_id=uuid.uuid4(),
            worker_id=worker_id,
            expires_at=expires_at,
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
            visitor_id=None,
            silenced=silenced,
        )
        for visit, (worker_id, expires_at, idle_since, kind, page_id, reasons, silenced) in zip(
            crowd, given, strict=True
        )
    ]


def steps(crowd):
    now = clock.now()
    return [
        NewStep(visit.pk, number, page_id, kind, results, now)
        for visit in crowd
        for number, page_id, kind, results in ((2, 5, "page", None), (3, None, "search", 0))
    ]


def test_both_ways_come_to_the_same(crowd):
    Visit.objects.update(ended_at=clock.now())
    changed, added = moves(crowd), steps(crowd)
    found = []
    for way in ("_store_plainly", NARROW):
        PageView.objects.filter(number__gt=1).delete()
        Visit.objects.update(ended_at=clock.now(), pages=0)
        store = getattr(hot_path, way)
        store(*([] if way == "_store_plainly" else [connection]), changed, added)
        found.append(
            (
                list(Visit.objects.order_by("pk").values()),
                list(PageView.objects.order_by("visit_id", "number").values_list()[:]),
            )
        )
    plain, narrow = found
    assert plain[0] == narrow[0]
    assert [row[1:] for row in plain[1]] == [row[1:] for row in narrow[1]]
    assert all(visit["ended_at"] is None for visit in narrow[0])


def test_nothing_to_store_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        hot_path.store([], [])
