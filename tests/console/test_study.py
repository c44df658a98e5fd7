"""The screens of the study: who sees them, what they show, and what is made of a group."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tests.factories import allow, make_site, make_user
from tests.study.conversations import HOURS, OPEN, VOUCHERS, asked, closed
from tests.study.in_admin import INDEX, address, group_of, listed, study
from wagtail_livechat.agents.permissions import REPLY, STUDY, VIEW_TRANSCRIPT
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.privacy.models import AccessEntry, Look
from wagtail_livechat.study import actions
from wagtail_livechat.study.models import StudyRun
from wagtail_livechat.study.rules import RunState

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def analyst(client: Client, site: Site) -> User:
    user = allow(make_user("anna"), site, STUDY, "add_cannedreply", "change_cannedreply")
    client.force_login(user)
    return user


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
