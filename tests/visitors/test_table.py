"""The table of live visits: who is in it, in which order, and what a search looks at."""

from datetime import timedelta

import pytest
from wagtail.models import PageViewRestriction

from tests.factories import make_visitor
from tests.watched import Agreed, make_page, make_watched_site
from wagtail_livechat import clock
from wagtail_livechat.protocol.values import VisitFilter, VisitOrder
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.visitors import queries, sight, table, visits
from wagtail_livechat.visitors.models import Visit
from wagtail_livechat.visitors.table import Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_watched_site()


def seen(site, page=None, *, acknowledged=1, returning=False, **more):
    return Agreed(site, returning=returning).is_seen_on(page, acknowledged=acknowledged, **more)


def shown(site, number=1, sees=sight.ALL, **question):
    window = table.window_of(
        Question(site_id=site.pk, **question), now=clock.now(), number=number, sight=sees
    )
    return [row.pk for row in window.rows]


def test_only_visits_that_go_on_are_in_the_table(site):
    here = seen(site)
    gone = Agreed(site)
    gone.is_seen_on(None)
    visits.end_visits(key_hashes=[gone.key_hash])
    lost = seen(site)
    Visit.objects.filter(pk=lost.pk).update(worker=None)
    seen(make_watched_site("b.test"))
    assert shown(site) == [here.pk]


def test_each_filter_shows_what_it_counts(site):
    now = clock.now()
    person = make_visitor(site)
    person.says("Hello")
    talking = seen(
        site, visitor_id=queries.visitor_by_key(site.pk, person.key_hash).pk, returning=True
    )
    idle = seen(site, idle_since=now)
    stuck = seen(site, score=3, reasons=("back_and_forth",))
    invited, declined = seen(site), seen(site)
    Visit.objects.filter(pk=invited.pk).update(invitation="shown")
    Visit.objects.filter(pk=declined.pk).update(invitation="declined")
    expected = {
        VisitFilter.ALL: {talking.pk, idle.pk, stuck.pk, invited.pk, declined.pk},
        VisitFilter.HERE: {talking.pk, stuck.pk, invited.pk, declined.pk},
        VisitFilter.IDLE: {idle.pk},
        VisitFilter.STUCK: {stuck.pk},
        VisitFilter.NEW: {idle.pk, stuck.pk, invited.pk, declined.pk},
        VisitFilter.RETURNING: {talking.pk},
        VisitFilter.IN_CONVERSATION: {talking.pk},
        VisitFilter.INVITED: {invited.pk},
        VisitFilter.DECLINED: {declined.pk},
    }
    counts = table.counts_of(site.pk, clock.now())
    for kind, pks in expected.items():
        assert set(shown(site, filter=kind)) == pks, kind
        assert getattr(counts, kind.value) == len(pks), kind


def test_a_conversation_that_has_ended_is_none(site):
    person = make_visitor(site)
    person.says("Hello")
    visit = seen(site, visitor_id=queries.visitor_by_key(site.pk, person.key_hash).pk)
    conversation = person.conversation
    [row] = table.visits_by_pk([visit.pk], clock.now()).values()
    assert row.conversation == conversation.public_id
    conversation.state = "closed"
    conversation.save()
    assert shown(site, filter=VisitFilter.IN_CONVERSATION) == []
    [row] = table.visits_by_pk([visit.pk], clock.now()).values()
    assert row.conversation is None


@pytest.mark.parametrize("order", list(VisitOrder))
def test_every_order_goes_both_ways(site, order):
    now = clock.now()
    page = make_page(site)
    first = seen(site, page, at=now - timedelta(minutes=5), language="en", score=1)
    other = Agreed(site)
    other.is_seen_on(
        page,
        page,
        acknowledged=1,
        language="fr",
        device="phone",
        origin="https://z.example",
        score=5,
    )
    up, down = shown(site, order=order, descending=False), shown(site, order=order)
    assert up == [first.pk, other.visit.pk] and down == up[::-1]


def test_a_search_finds_labels_languages_origins_titles_and_sections(site):
    books = make_page(site, "Books")
    waves = seen(site, make_page(site, "The Waves", books))
    other = seen(site, make_page(site, "Lamps"), language="fr", origin="https://search.example")
    assert shown(site, search="waves") == [waves.pk]
    assert shown(site, search="BOOKS") == [waves.pk]
    assert shown(site, search="fr") == [other.pk]
    assert shown(site, search="search.exa") == [other.pk]
    assert shown(site, search=str(waves.public_id)[:4]) == [waves.pk]
    assert shown(site, search="%") == []


def test_what_is_not_acknowledged_is_not_looked_at(site):
    """Neither by a search nor by an order could a watcher find out where somebody is."""
    secret = seen(site, make_page(site, "Payment"), acknowledged=1, score=9, reasons=("same_page",))
    open_one = seen(site, make_page(site, "Home"), acknowledged=2, score=1)
    assert shown(site, number=2, search="payment") == []
    assert shown(site, number=1, search="payment") == [secret.pk]
    assert shown(site, number=2, filter=VisitFilter.STUCK) == []
    assert shown(site, number=1, filter=VisitFilter.STUCK) == [secret.pk]
    assert shown(site, number=2, order=VisitOrder.STUCK) == [open_one.pk, secret.pk]
    assert shown(site, number=1, order=VisitOrder.STUCK) == [secret.pk, open_one.pk]


def test_a_private_page_is_not_found_by_its_title(site):
    page = make_page(site, "Payroll")
    PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")
    forget()
    visit = seen(site, page)
    closed = sight.Sight(closed=frozenset({page.path}))
    assert shown(site, search="payroll", sees=closed) == []
    assert shown(site, search="payroll", sees=sight.ALL) == [visit.pk]


def test_a_window_has_a_place_in_the_whole(site, monkeypatch):
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    pks = [seen(site).pk for _ in range(5)]
    question = {"order": VisitOrder.BEGAN, "descending": False}

    def window(offset):
        return table.window_of(
            Question(site_id=site.pk, offset=offset, **question),
            now=clock.now(),
            number=1,
            sight=sight.ALL,
        )

    assert [row.pk for row in window(2).rows] == pks[2:4]
    assert window(2).total == 5
    # Whoever looks beyond the end sees the end.
    assert (window(50).offset, [row.pk for row in window(50).rows]) == (4, pks[4:])


def test_thousands_cost_as_many_queries_as_a_few(site, django_assert_num_queries):
    seen(site)
    question = Question(site_id=site.pk)
    with django_assert_num_queries(3):
        table.window_of(question, now=clock.now(), number=1, sight=sight.ALL)
        table.counts_of(site.pk, clock.now())


def test_a_trail_is_told_newest_first(site):
    first, second = make_page(site), make_page(site)
    visit = Agreed(site).is_seen_on(first, second, first)
    steps = table.steps_of(visit.pk)
    assert [(step.number, step.page_id) for step in steps] == [
        (3, first.pk),
        (2, second.pk),
        (1, first.pk),
    ]


def test_a_visit_is_found_by_its_name_on_the_sites_that_one_may_watch(site):
    visit = seen(site)
    other = make_watched_site("b.test")
    name, now = str(visit.public_id), clock.now()
    found = table.visit_by_public_id(name, [site.pk], now)
    assert found is not None and found.pk == visit.pk
    assert table.visit_by_public_id(name, [other.pk], now) is None


def test_the_visit_of_a_visitor_is_known_while_it_lasts(site):
    person = make_visitor(site)
    person.says("Hello")
    row = queries.visitor_by_key(site.pk, person.key_hash)
    agreed = Agreed(site)
    visit = agreed.is_seen_on(None, visitor_id=row.pk)
    assert table.visits_of_visitors([row.pk], clock.now()) == {row.pk: str(visit.public_id)}
    visits.end_visits(key_hashes=[agreed.key_hash])
    assert table.visits_of_visitors([row.pk], clock.now()) == {}
