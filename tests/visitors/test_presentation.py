"""What staff are told of a visit, and what they are not."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import PageViewRestriction

from tests.factories import make_user
from tests.watched import Agreed, make_page, make_watched_site
from wagtail_livechat import clock
from wagtail_livechat.protocol import codec, updates, values
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.visitors import presentation, sight, table
from wagtail_livechat.visitors.rules import is_released

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return make_watched_site()


def told(visit, *, release=True, sees=sight.ALL):
    facts = table.visits_by_pk([visit.pk], clock.now())[visit.pk]
    steps = table.steps_of(visit.pk)
    pages = presentation.pages_of([facts], [(facts.site_id, steps)])
    given = {"release": release, "pages": pages, "sight": sees}
    return presentation.row(facts, **given), presentation.trail(facts, steps, **given)


def test_a_row_says_what_the_table_shows(site):
    books = make_page(site, "Books")
    page = make_page(site, "The Waves", books)
    visit = Agreed(site).is_seen_on(
        books, page, origin="https://search.example", score=2, reasons=("back_and_forth",)
    )
    row, trail = told(visit)
    assert row.page == values.PageCard(
        kind=values.PageKind.PAGE,
        title="The Waves",
        type="page",
        section="Books",
        url=page.get_full_url(),
    )
    assert (row.pages, row.origin, row.stuck) == (
        2,
        "https://search.example",
        [values.StuckReason.BACK_AND_FORTH],
    )
    assert [step.page.title for step in trail] == ["The Waves", "Books"]


def test_before_the_visitor_knows_nothing_that_moves_is_told(site):
    page = make_page(site, "The Waves")
    visit = Agreed(site).is_seen_on(page, page, score=2, reasons=("same_page",))
    row, trail = told(visit, release=False)
    assert row.page is None and trail == []
    assert (row.pages, row.score, row.stuck, row.page_since) == (0, 0, [], row.began_at)
    told_words = codec.encode(updates.VisitTrail(visit=row, site=site.pk, steps=trail))
    assert "Waves" not in told_words and "waves" not in told_words


@pytest.mark.parametrize(
    ("acknowledged", "number", "released"),
    [(0, 1, False), (1, 1, True), (2, 1, True), (1, 2, False), (5, None, False), (0, 0, False)],
)
def test_the_rule_of_release(acknowledged, number, released):
    assert is_released(acknowledged=acknowledged, number=number) is released


def restricted(site, kind, **fields):
    page = make_page(site, "Payroll")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=kind, **fields)
    forget()
    return page, restriction


def test_a_private_page_stays_unnamed_for_who_could_not_open_it(site):
    page, restriction = restricted(site, PageViewRestriction.GROUPS)
    group = Group.objects.create(name="Accounts")
    restriction.groups.add(group)
    below = make_page(site, "Salaries", page)
    outsider, insider = make_user("outsider"), make_user("insider")
    insider.groups.add(group)
    for each in (page, below):
        visit = Agreed(site).is_seen_on(each)
        row, trail = told(visit, sees=sight.sight_of(outsider))
        assert row.page == values.PageCard(kind=values.PageKind.PAGE)
        assert trail[0].page == values.PageCard(kind=values.PageKind.PAGE)
        for reader in (insider, make_user(f"root{each.pk}", superuser=True)):
            assert told(visit, sees=sight.sight_of(reader))[0].page.title == each.title


def test_a_page_for_whoever_has_logged_in_is_named_to_staff(site):
    page, _ = restricted(site, PageViewRestriction.LOGIN)
    visit = Agreed(site).is_seen_on(page)
    assert told(visit, sees=sight.sight_of(make_user("ed")))[0].page.title == "Payroll"


def test_a_page_with_a_password_is_named_to_nobody_who_may_not_know_it(site):
    page, _ = restricted(site, PageViewRestriction.PASSWORD, password="x")
    visit = Agreed(site).is_seen_on(page)
    assert told(visit, sees=sight.sight_of(make_user("ed")))[0].page.title is None


def test_a_draft_and_a_deleted_page_stay_unnamed(site):
    page = make_page(site, "Soon")
    visit = Agreed(site).is_seen_on(page)
    page.live = False
    page.save()
    forget()
    assert told(visit)[0].page == values.PageCard(kind=values.PageKind.PAGE)
    page.delete()
    forget()
    assert told(visit)[0].page == values.PageCard(kind=values.PageKind.PAGE)


def test_two_who_see_the_same_are_told_the_same(site):
    restricted(site, PageViewRestriction.PASSWORD, password="x")
    assert sight.sight_of(make_user("ed")) == sight.sight_of(make_user("amy"))
