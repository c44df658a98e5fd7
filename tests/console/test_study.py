"""The screens of the study: who sees them, what they show, and what is made of a group."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page, Site

from example_site.bookshop.models import BookPage, HomePage, InformationPage
from tests.factories import allow, make_site, make_user
from tests.study.conversations import HOURS, OPEN, VOUCHERS, asked, closed
from wagtail_livechat.agents.permissions import REPLY, STUDY, VIEW_TRANSCRIPT
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.canned_replies.writing import plain_text
from wagtail_livechat.privacy.models import AccessEntry, Look
from wagtail_livechat.study import actions, queries
from wagtail_livechat.study.models import ExchangeGroup, StudyRun
from wagtail_livechat.study.queries import Sought
from wagtail_livechat.study.rules import Kind, RunState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

INDEX = "livechat_study:index"


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def analyst(client: Client, site: Site) -> User:
    user = allow(make_user("anna"), site, STUDY, "add_cannedreply", "change_cannedreply")
    client.force_login(user)
    return user


def study(site: Site) -> StudyRun:
    run, _is_new = actions.queue_study(site.pk)
    assert actions.study(run.pk)
    return StudyRun.objects.get(pk=run.pk)


def group_of(site: Site, kind: Kind = Kind.QUESTION) -> ExchangeGroup:
    """The largest group that a study has found."""
    found = queries.groups_found(queries.last_run(site.pk), kind, Sought(), dealt_with=None)
    group = found.first()
    assert group is not None
    return group


def address(name: str, group: ExchangeGroup, *more: str) -> str:
    return reverse(f"livechat_study:{name}", args=[group.pk, *more])


def listed(client: Client, query: str = "") -> list[list[str]]:
    """The table, cell by cell."""
    html = client.get(f"{reverse(INDEX)}{query}").content.decode()
    rows = BeautifulSoup(html, "html.parser").select("main table.listing tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("td")] for row in rows]


def let_write_pages(user: User, page: Page) -> None:
    group = Group.objects.create(name="Page editors")
    for codename in ("add_page", "change_page"):
        GroupPagePermission.objects.create(
            group=group,
            page=page,
            permission=Permission.objects.get(
                codename=codename, content_type__app_label="wagtailcore"
            ),
        )
    user.groups.add(group)


# Who.


def test_who_may_not_study_finds_nothing(client: Client, site: Site) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    group = group_of(site)
    client.force_login(allow(make_user("bob"), site, REPLY, VIEW_TRANSCRIPT))

    addresses = [
        reverse(INDEX),
        reverse("livechat_study:status"),
        address("group", group),
        address("draft", group, "canned_reply"),
    ]
    for each in addresses:
        assert client.get(each).status_code == 302
    posts = [
        reverse("livechat_study:begin"),
        address("set_aside", group),
        address("take_up", group),
        address("draft", group, "canned_reply"),
    ]
    for each in posts:
        assert client.post(each).status_code == 302
    group.refresh_from_db()
    assert group.dealt_at is None
    assert StudyRun.objects.count() == 1
    assert not CannedReply.objects.exists()


def test_another_sites_groups_do_not_exist(client: Client, analyst: User) -> None:
    elsewhere = make_site("b.example.com")
    asked(elsewhere, HOURS, OPEN)
    study(elsewhere)
    group = group_of(elsewhere)

    assert client.get(f"{reverse(INDEX)}?site={elsewhere.pk}").status_code == 404
    assert client.get(f"{reverse(INDEX)}?site=x").status_code == 404
    assert client.get(address("group", group)).status_code == 404
    assert client.post(address("set_aside", group)).status_code == 404
    assert client.post(address("draft", group, "canned_reply")).status_code == 404
    assert client.post(reverse("livechat_study:begin"), {"site": elsewhere.pk}).status_code == 404
    assert StudyRun.objects.filter(site=elsewhere).count() == 1


def test_the_menu_leads_there_for_those_who_may(client: Client, analyst: User) -> None:
    assert reverse(INDEX) in client.get(reverse("wagtailadmin_home")).content.decode()


# The list.


def test_groups_are_listed_with_all_that_is_known(
    client: Client, analyst: User, site: Site
) -> None:
    page = site.root_page
    asked(site, HOURS, OPEN, page_id=page.pk)
    asked(site, VOUCHERS)
    study(site)

    first, second = listed(client)

    assert first == [
        "What are your opening hours on Sunday?",
        "English",
        "5",
        "5 by agents",
        "10 seconds",
        f"{page.title} (5)",
    ]
    assert second[0] == "Do you sell gift vouchers?"
    assert second[3:] == ["4 by nobody", "–", "–"]
    assert listed(client, "?kind=reply") == [[OPEN, "English", "5"]]


def test_filters_choose_language_page_and_what_nobody_answered(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN, page_id=site.root_page_id)
    asked(site, VOUCHERS)
    for text in ["Quels sont vos horaires ?", "vos horaires svp", "les horaires du samedi"]:
        closed(site, ("visitor", text), language="fr")
    study(site)

    assert [row[0] for row in listed(client, "?language=fr")] == ["Quels sont vos horaires ?"]
    assert len(listed(client, "?show=unanswered")) == 2
    html = client.get(f"{reverse(INDEX)}?page={site.root_page_id}").content.decode()
    assert f"Only what was asked on the page “{site.root_page.title}”." in html
    assert len(listed(client, f"?page={site.root_page_id}")) == 1
    assert listed(client, "?page=999999") == []
    assert len(listed(client, "?period=7")) == 3


@pytest.mark.parametrize(
    "query", ["?page=x", "?language=xx", "?period=1000", "?show=x", "?kind=x", "?p=-1", "?page=-1"]
)
def test_what_cannot_be_chosen_is_not_chosen(
    client: Client, analyst: User, site: Site, query: str
) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    assert len(listed(client, query)) == 1


def test_hostile_words_are_words(client: Client, analyst: User, site: Site) -> None:
    asked(site, ["<script>alert('opening')</script> hours"] * 3, "<img src=x onerror=hours>")
    study(site)

    for html in (
        client.get(reverse(INDEX)).content.decode(),
        client.get(address("group", group_of(site))).content.decode(),
    ):
        assert "<script>alert" not in html and "<img src=x" not in html
        assert "&lt;script&gt;" in html


def test_the_list_costs_the_same_for_many_groups(
    client: Client, analyst: User, site: Site, django_assert_max_num_queries
) -> None:
    asked(site, HOURS, OPEN)
    asked(site, VOUCHERS)
    asked(site, ["parking nearby?", "Is there parking?", "any parking"])
    study(site)
    client.get(reverse(INDEX))
    with django_assert_max_num_queries(40):
        client.get(reverse(INDEX))


# The study itself.


def test_a_study_is_begun_by_a_button_and_not_twice(
    client: Client, analyst: User, site: Site
) -> None:
    assert "Nothing has been studied yet." in client.get(reverse(INDEX)).content.decode()

    begin = reverse("livechat_study:begin")
    first = client.post(begin, {"site": site.pk}, follow=True).content.decode()
    second = client.post(begin, {"site": site.pk}, follow=True).content.decode()

    assert "The study has begun." in first
    assert "A study of this site is under way." in second
    assert StudyRun.objects.count() == 1
    assert client.get(begin).status_code == 405


def test_how_far_it_is_is_told_while_it_goes_on(client: Client, analyst: User, site: Site) -> None:
    run, _is_new = actions.queue_study(site.pk)
    StudyRun.objects.update(state=RunState.RUNNING, share=0.42)
    status = client.get(reverse("livechat_study:status"))

    assert status.json() == {"under_way": True, "percent": 42, "words": "Under way"}
    assert "no-store" in status["Cache-Control"]
    html = client.get(reverse(INDEX)).content.decode()
    assert 'data-livechat-study-going-value="true"' in html
    StudyRun.objects.update(seen_at="2020-01-01T00:00Z")
    assert client.get(reverse("livechat_study:status")).json()["under_way"] is False
    assert "Stopped by a fault" in client.get(reverse(INDEX)).content.decode()


# One group.


def test_a_group_shows_its_excerpts_and_who_looked_is_written_down(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN, page_id=site.root_page_id)
    study(site)
    group = group_of(site)

    html = client.get(address("group", group)).content.decode()

    assert all(text in BeautifulSoup(html, "html.parser").get_text() for text in HOURS)
    assert OPEN in html and "10 seconds" in html
    assert "/transcripts/" not in html
    (entry,) = AccessEntry.objects.all()
    assert (entry.look, entry.target) == (Look.READ_EXCERPTS, f"Group {group.pk}")


def test_who_may_read_transcripts_finds_the_way_to_them(
    client: Client, analyst: User, site: Site
) -> None:
    (conversation, *_rest) = asked(site, HOURS, OPEN)
    study(site)
    client.force_login(allow(analyst, site, VIEW_TRANSCRIPT))

    html = client.get(address("group", group_of(site))).content.decode()

    assert (
        f"{reverse('livechat_console:transcript', args=[conversation.public_id])}#message-1" in html
    )


def test_what_is_set_aside_does_not_come_up_until_it_is_taken_up(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    group = group_of(site)

    client.post(address("set_aside", group))
    assert listed(client) == []
    assert len(listed(client, "?show=dealt")) == 1
    asked(site, HOURS[:2], OPEN)
    study(site)
    assert listed(client) == []

    client.post(address("take_up", group))
    assert len(listed(client)) == 1


def test_a_group_of_which_nothing_is_left_is_shown_without_words(
    client: Client, analyst: User, site: Site
) -> None:
    conversations = asked(site, HOURS, OPEN)
    study(site)
    group = group_of(site)
    for each in conversations:
        each.delete()

    html = client.get(address("group", group)).content.decode()
    assert "The conversations have been erased." in html
    assert OPEN not in html


# What is made of it.


def test_one_click_drafts_a_canned_reply_with_the_best_reply(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN)
    asked(site, HOURS[:1], "I do not know, let me ask about the hours.")
    study(site)
    group = group_of(site)

    response = client.post(address("draft", group, "canned_reply"), follow=True)

    reply = CannedReply.objects.get()
    assert (reply.title, plain_text(reply.text)) == (HOURS[0], OPEN)
    assert (reply.site, reply.live, reply.locale.language_code) == (site, False, "en")
    assert reply.latest_revision.user == analyst
    assert response.redirect_chain[-1][0].endswith(f"/edit/{reply.pk}/")
    assert "The draft is here." in response.content.decode()
    group.refresh_from_db()
    assert (group.draft_kind, group.draft_id) == ("canned_reply", reply.pk)
    assert f"/edit/{reply.pk}/" in client.get(address("group", group)).content.decode()
    assert listed(client) == []


def test_a_click_that_comes_twice_makes_one_draft(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    draft = address("draft", group_of(site), "canned_reply")

    first, second = client.post(draft), client.post(draft)

    assert CannedReply.objects.count() == 1
    assert first["Location"] == second["Location"]
    CannedReply.objects.all().delete()
    client.post(draft)
    assert CannedReply.objects.count() == 1


def test_a_group_of_replies_makes_a_canned_reply_too(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN)
    study(site)

    client.post(address("draft", group_of(site, Kind.REPLY), "canned_reply"))

    assert plain_text(CannedReply.objects.get().text) == OPEN


def test_hostile_replies_are_drafted_as_words(client: Client, analyst: User, site: Site) -> None:
    said = '<script>alert("hours")</script> & {% debug %} opening'
    asked(site, HOURS, said)
    study(site)

    client.post(address("draft", group_of(site), "canned_reply"))

    reply = CannedReply.objects.get()
    assert "<script>" not in reply.text
    assert plain_text(reply.text) == said


def test_who_may_not_write_replies_is_not_offered_it(client: Client, site: Site) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    group = group_of(site)
    client.force_login(allow(make_user("zoe"), site, STUDY))

    html = client.get(address("group", group)).content.decode()

    assert "Draft a canned reply" not in html and "Draft a page" not in html
    assert client.post(address("draft", group, "canned_reply")).status_code == 404
    assert client.post(address("draft", group, "page")).status_code == 404
    assert client.post(address("draft", group, "nonsense")).status_code == 404
    assert not CannedReply.objects.exists()


@pytest.fixture
def shop(site: Site) -> Page:
    """A home page of the bookshop: several types can be made below it."""
    home = site.root_page.add_child(instance=HomePage(title="Shop", slug="shop", live=False))
    return Page.objects.get(pk=home.pk)


def test_a_page_is_drafted_below_the_page_that_is_chosen(
    client: Client, analyst: User, site: Site, shop: Page
) -> None:
    let_write_pages(analyst, site.root_page)
    asked(site, HOURS, OPEN)
    study(site)
    group = group_of(site)
    draft = address("draft", group, "page")
    assert client.get(draft).status_code == 200

    asks = client.post(draft, {"parent": shop.pk}).content.decode()

    assert "Choose what kind of page it shall be." in asks
    offered = {
        str(each["value"])
        for each in BeautifulSoup(asks, "html.parser").select("input[name=page_type]")
    }
    assert "bookshop.informationpage" in offered
    response = client.post(
        draft, {"parent": shop.pk, "page_type": "bookshop.informationpage"}, follow=True
    )
    page = InformationPage.objects.get()
    assert (page.title, page.live, page.owner) == (HOURS[0], False, analyst)
    assert page.get_parent() == shop
    assert OPEN in str(page.body)
    assert response.redirect_chain[-1][0] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    group.refresh_from_db()
    assert (group.draft_kind, group.draft_id) == ("page", page.pk)


def test_only_types_that_can_be_made_there_and_filled_are_offered(
    client: Client, analyst: User, site: Site, shop: Page
) -> None:
    """A book needs an author before it can be stored; below a book nothing can be made."""
    let_write_pages(analyst, site.root_page)
    asked(site, HOURS, OPEN)
    study(site)
    draft = address("draft", group_of(site), "page")

    asks = client.post(draft, {"parent": shop.pk}).content.decode()
    assert f'value="{BookPage._meta.label_lower}"' not in asks
    refused = client.post(draft, {"parent": shop.pk, "page_type": "bookshop.bookpage"})
    assert refused.status_code == 200
    assert not Page.objects.filter(title=HOURS[0]).exists()


def test_a_parent_where_one_may_not_write_or_of_another_site_is_refused(
    client: Client, analyst: User, site: Site, shop: Page
) -> None:
    let_write_pages(analyst, shop)
    elsewhere = make_site("b.example.com")
    asked(site, HOURS, OPEN)
    study(site)
    draft = address("draft", group_of(site), "page")

    for parent in (elsewhere.root_page_id, site.root_page_id, 999_999, "x", ""):
        html = client.post(draft, {"parent": parent, "page_type": "wagtailcore.page"})
        assert html.status_code == 200
    assert not Page.objects.filter(title=HOURS[0]).exists()


def test_a_draft_that_was_deleted_leaves_the_group_dealt_with(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    group = group_of(site)
    client.post(address("draft", group, "canned_reply"))
    CannedReply.objects.all().delete()

    html = client.get(address("group", group)).content.decode()

    assert "Dealt with on" in html and "To the draft" not in html
    assert listed(client) == []
