"""Server processes hold a lease, and vanish with it."""

import uuid
from datetime import timedelta

import pytest

from wagtail_livechat import clock
from wagtail_livechat.workers import actions
from wagtail_livechat.workers.models import Worker
from wagtail_livechat.workers.queries import living_workers

pytestmark = pytest.mark.django_db


def test_a_process_lives_while_it_renews_its_lease():
    one, two = uuid.uuid4(), uuid.uuid4()
    actions.enlist(one)
    actions.enlist(two)
    assert living_workers() == 2
    Worker.objects.update(seen_at=clock.now() - timedelta(seconds=16))
    assert actions.renew(one)
    assert living_workers() == 1
    assert actions.retire_dead() == 1
    assert Worker.objects.get().pk == one


def test_a_process_taken_for_dead_learns_it_and_enlists_again():
    worker = uuid.uuid4()
    assert not actions.renew(worker)
    actions.enlist(worker)
    actions.enlist(worker)
    assert living_workers() == 1


def test_a_process_that_stops_in_good_order_leaves_at_once():
    worker = uuid.uuid4()
    actions.enlist(worker)
    actions.retire(worker)
    assert living_workers() == 0
