"""Connections are written down with one statement, in the words of each database."""

import uuid
from datetime import timedelta

import pytest

from tests.factories import make_site, make_visitor
from wagtail_livechat import clock
from wagtail_livechat.visitors import connecting, queries
from wagtail_livechat.visitors.models import VisitorConnection
from wagtail_livechat.workers.actions import enlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker_id():
    worker_id = uuid.uuid4()
    enlist(worker_id)
    return worker_id


@pytest.fixture(params=["in its own words", "plainly"])
def any_words(request, monkeypatch):
    if request.param == "plainly":
        monkeypatch.setattr(connecting, "_OPEN", {})


@pytest.fixture
def pk():
    site = make_site()
    visitor = make_visitor(site)
    visitor.says("Hello")
    return queries.visitor_by_key(site.pk, visitor.key_hash).pk


@pytest.mark.usefixtures("any_words")
def test_what_was_opened_is_there(worker_id, pk):
    arrivals = {uuid.uuid4(): pk, uuid.uuid4(): pk}
    connecting.open_connections(arrivals, worker_id)
    rows = VisitorConnection.objects.values_list("key", "visitor_id", "worker_id", "expires_at")
    assert set(rows) == {(key, pk, worker_id, None) for key in arrivals}
    assert queries.present_visitor_ids([pk]) == {pk}


@pytest.mark.usefixtures("any_words")
def test_told_again_it_is_one_connection_that_lives_on(worker_id, pk):
    key = uuid.uuid4()
    connecting.open_connections({key: pk}, worker_id)
    lingers = clock.now() + timedelta(seconds=1)
    VisitorConnection.objects.update(worker=None, expires_at=lingers)
    connecting.open_connections({key: pk}, worker_id)
    connection = VisitorConnection.objects.get()
    assert (connection.worker_id, connection.expires_at) == (worker_id, None)


@pytest.mark.usefixtures("any_words")
def test_nobody_is_nothing(worker_id):
    connecting.open_connections({}, worker_id)
    assert not VisitorConnection.objects.exists()
