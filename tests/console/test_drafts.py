"""What can be made of a group in the study: drafts, each by those who may."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Site

from example_site.bookshop.models import BookPage, HomePage, InformationPage
from tests.factories import allow, make_site, make_user
from tests.study.conversations import HOURS, OPEN, asked
from tests.study.in_admin import address, group_of, let_write_pages, listed, study
from wagtail_livechat.agents.permissions import STUDY
from wagtail_livechat.answers.models import CuratedAnswer
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.canned_replies.writing import plain_text
from wagtail_livechat.study.rules import Kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def analyst(client: Client, site: Site) -> User:
    user = allow(
        make_user("anna"),
        site,
        STUDY,
        "add_cannedreply",
        "change_cannedreply",
        "add_curatedanswer",
        "change_curatedanswer",
    )
    client.force_login(user)
    return user


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


def test_one_click_drafts_an_answer_of_the_signpost_to_what_is_asked(
    client: Client, analyst: User, site: Site
) -> None:
    asked(site, HOURS, OPEN)
    study(site)
    group = group_of(site)

    client.post(address("draft", group, "curated_answer"))

    answer = CuratedAnswer.objects.get()
    assert (answer.wording_list, answer.site, answer.live) == (HOURS[:1], site, False)
    assert OPEN in answer.text
    assert answer.latest_revision.user == analyst
    group.refresh_from_db()
    assert (group.draft_kind, group.draft_id) == ("curated_answer", answer.pk)
    # What agents say has no question by which the signpost could find it.
    replies = group_of(site, Kind.REPLY)
    assert client.post(address("draft", replies, "curated_answer")).status_code == 404


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
