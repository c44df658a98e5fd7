"""Triggers in Wagtail's admin: written, published, ordered, explained; each on its own site."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupSitePermission, ReferenceIndex, Site

from tests.console.forms import filled_in_from
from tests.engagement.conftest import make_ready, make_trigger
from tests.factories import allow, make_user
from tests.watched import Agreed, make_page, make_watched_site, make_watcher
from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import WATCH
from wagtail_livechat.engagement import greetings, queries
from wagtail_livechat.engagement.models import Trigger
from wagtail_livechat.privacy.models import AccessEntry
from wagtail_livechat.visitors.models import Visit
from wagtail_livechat.visitors.watches import begin_watch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

RIGHTS = (
    "add_trigger",
    "change_trigger",
    "delete_trigger",
    "publish_trigger",
    "lock_trigger",
    "unlock_trigger",
)


@pytest.fixture
def site() -> Site:
    return make_watched_site("a.example.com")


@pytest.fixture
def other() -> Site:
    return make_watched_site("b.example.com")


@pytest.fixture
def edith(site: Site) -> User:
    """She looks after the triggers of A."""
    return allow(make_user("edith"), site, *RIGHTS)


@pytest.fixture
def admin(edith: User) -> Client:
    client = Client()
    client.force_login(edith)
    return client


def at(name: str, *args: Any) -> str:
    return reverse(f"livechat_triggers:{name}", args=args)


def page_of(response: Any) -> BeautifulSoup:
    assert response.status_code == 200, response.status_code
    return BeautifulSoup(response.content, "html.parser")


def written(admin: Client, site: Site, **fields: str) -> dict[str, Any]:
    """The form for a new trigger, filled in."""
    html = admin.get(at("add")).content.decode()
    return filled_in_from(
        html,
        **{
            "name": "Lost at home",
            "site": str(site.pk),
            "text": "Can we help?",
            "conditions-0-0-is": "page",
            "conditions-0-0-page": str(site.root_page_id),
            "conditions-0-1-is": "",
        }
        | fields,
    )


def said_at(site: Site) -> list[str]:
    return [each.text for each in greetings.greetings_for(site.pk, site.root_page_id)]


# Writing and publishing.


def test_a_trigger_is_written_and_published_with_a_form(admin: Client, site: Site) -> None:
    response = admin.post(at("add"), written(admin, site) | {"action-publish": "1"})
    assert response.status_code == 302
    trigger = Trigger.objects.get()
    assert trigger.live
    assert trigger.conditions == {
        "all": [{"is": "page", "page": site.root_page_id, "below": False}]
    }
    assert said_at(site) == ["Can we help?"]


def test_a_draft_says_nothing_until_it_is_published(admin: Client, site: Site) -> None:
    admin.post(at("add"), written(admin, site))
    trigger = Trigger.objects.get()
    assert not trigger.live
    assert said_at(site) == []
    trigger.get_latest_revision().publish()
    assert said_at(site) == ["Can we help?"]
    html = admin.get(at("edit", trigger.pk)).content.decode()
    admin.post(at("edit", trigger.pk), filled_in_from(html, text="Something else?"))
    assert said_at(site) == ["Can we help?"]


def test_a_trigger_without_conditions_is_not_stored(admin: Client, site: Site) -> None:
    response = admin.post(at("add"), written(admin, site, **{"conditions-0-0-is": ""}))
    assert "at least one condition" in response.content.decode()
    assert not Trigger.objects.exists()


def test_wrong_conditions_say_what_and_where(admin: Client, site: Site) -> None:
    fields = {"conditions-0-0-is": "dwell", "conditions-0-0-dwell": "soon"}
    words = page_of(admin.post(at("add"), written(admin, site, **fields))).get_text()
    assert "Group 1, condition 1" in words


def test_a_page_of_another_site_is_refused_in_the_conditions(
    admin: Client, site: Site, other: Site
) -> None:
    fields = {"conditions-0-0-page": str(other.root_page_id)}
    words = page_of(admin.post(at("add"), written(admin, site, **fields))).get_text()
    assert f"“{other.root_page.title}” is not a page of this site" in words
    assert not Trigger.objects.exists()


def test_a_new_trigger_is_for_the_site_that_its_editor_looks_after(
    admin: Client, site: Site, other: Site
) -> None:
    page = page_of(admin.get(at("add")))
    (chosen,) = page.select("select[name=site] option[selected]")
    assert chosen["value"] == str(site.pk)


def test_who_may_write_but_not_publish_hands_in_drafts(site: Site) -> None:
    client = Client()
    client.force_login(allow(make_user("dora"), site, "add_trigger", "change_trigger"))
    client.post(at("add"), written(client, site) | {"action-publish": "1"})
    assert not Trigger.objects.filter(live=True).exists()


def test_the_order_of_the_list_is_the_order_in_which_triggers_are_tried(
    admin: Client, site: Site
) -> None:
    first, second = (make_trigger(site, name=name, sort_order=n) for n, name in enumerate("AB"))
    page = page_of(admin.get(at("list"), {"ordering": "sort_order"}))
    names = [cell.get_text(strip=True) for cell in page.select("td.title .title-wrapper")]
    assert names == ["A", "B"]
    response = admin.post(at("reorder", second.pk) + "?position=0")
    assert response.status_code == 200
    assert [rule.name for rule in queries.rules_of(site.pk)] == ["B", "A"]
    assert first.pk != second.pk


def test_a_new_trigger_comes_last(admin: Client, site: Site) -> None:
    make_trigger(site, name="First", sort_order=0)
    admin.post(at("add"), written(admin, site, name="New") | {"action-publish": "1"})
    assert [rule.name for rule in queries.rules_of(site.pk)] == ["First", "New"]


def test_a_copy_is_a_form_that_is_filled_in(admin: Client, site: Site) -> None:
    trigger = make_trigger(site, paused_at=clock.now(), pause_reason="5/5")
    page = page_of(admin.get(at("copy", trigger.pk)))
    assert page.select_one("[name=name]")["value"] == "Home"
    assert admin.post(at("copy", trigger.pk), {}).status_code == 405
    admin.post(
        at("add"), filled_in_from(admin.get(at("copy", trigger.pk)).content.decode(), name="Copy")
    )
    copy = Trigger.objects.get(name="Copy")
    assert copy.conditions == {"all": [{"is": "page", "page": site.root_page_id, "below": False}]}
    assert copy.paused_at is None
    assert copy.translation_key != trigger.translation_key


# What the list says.


def test_the_list_says_whom_a_trigger_reaches_and_how_it_did(admin: Client, site: Site) -> None:
    from wagtail_livechat.engagement import counting

    page_only = make_trigger(site, name="Page only")
    make_trigger(site, {"is": "pages", "least": 3}, name="Behaviour")
    counting.count(page_only.pk, shown=7, accepted=2, declined=1)
    text = page_of(admin.get(at("list"))).get_text(" ", strip=True)
    assert "Everybody: no consent needed" in text
    assert "Only with consent to live assistance" in text
    assert "7 shown, 2 accepted, 1 declined" in text


def test_a_paused_trigger_says_so_in_the_list_on_its_form_and_on_the_first_page(
    admin: Client, site: Site
) -> None:
    trigger = make_trigger(site, paused_at=clock.now(), pause_reason="16/20")
    words = "Paused: dismissed 16 of the last 20 times"
    assert words in page_of(admin.get(at("list"))).get_text(" ", strip=True)
    assert words in page_of(admin.get(at("edit", trigger.pk))).get_text(" ", strip=True)
    assert words in page_of(admin.get(reverse("wagtailadmin_home"))).get_text(" ", strip=True)


def test_the_first_page_says_nothing_of_other_sites_triggers(admin: Client, other: Site) -> None:
    make_trigger(other, name="Theirs", paused_at=clock.now(), pause_reason="16/20")
    assert "Theirs" not in admin.get(reverse("wagtailadmin_home")).content.decode()


def test_a_paused_trigger_speaks_again_when_somebody_says_so(admin: Client, site: Site) -> None:
    trigger = make_trigger(site, paused_at=clock.now(), pause_reason="16/20")
    assert said_at(site) == []
    assert "16 of the last 20" in admin.get(at("resume", trigger.pk)).content.decode()
    assert said_at(site) == []
    admin.post(at("resume", trigger.pk))
    trigger.refresh_from_db()
    assert trigger.paused_at is None
    queries.forget_rules()
    assert said_at(site) == [trigger.text]


# Each on its own site.


@pytest.mark.parametrize(
    "name", ["edit", "copy", "delete", "usage", "history", "unpublish", "why", "resume"]
)
def test_nobody_opens_a_trigger_of_another_site(admin: Client, other: Site, name: str) -> None:
    theirs = make_trigger(other)
    for ask in (admin.get, admin.post):
        assert ask(at(name, theirs.pk)).status_code == 302
    theirs.refresh_from_db()
    assert theirs.live


def test_nobody_sees_or_chooses_a_trigger_of_another_site(admin: Client, other: Site) -> None:
    make_trigger(other, name="Theirs")
    assert "Theirs" not in admin.get(at("list")).content.decode()
    chooser = Trigger.snippet_viewset.chooser_viewset
    response = admin.get(reverse(chooser.get_url_name("choose_results")))
    assert "Theirs" not in response.content.decode()


def test_a_trigger_cannot_be_put_on_a_site_of_others(
    admin: Client, site: Site, other: Site
) -> None:
    response = admin.post(at("add"), written(admin, site) | {"site": str(other.pk)})
    assert response.status_code == 200
    assert not Trigger.objects.exists()


def test_who_looks_after_no_triggers_sees_no_screen_of_them(site: Site) -> None:
    client = Client()
    client.force_login(make_user("ed"))
    trigger = make_trigger(site)
    for address in (at("list"), at("add"), at("edit", trigger.pk), at("why", trigger.pk)):
        assert client.get(address).status_code == 302


def test_a_group_is_given_the_triggers_of_a_site(site: Site) -> None:
    client = Client()
    client.force_login(make_user("root", superuser=True))
    group = Group.objects.create(name="Editors of A")
    address = reverse("wagtailusers_groups:edit", args=[group.pk])
    data = filled_in_from(client.get(address).content.decode())
    field = (
        next(name for name in data if name.endswith("write_triggers"))
        if any(name.endswith("write_triggers") for name in data)
        else "livechat_triggers-write_triggers"
    )
    client.post(address, data | {field: [str(site.pk)]})
    held = GroupSitePermission.objects.filter(group=group, site=site)
    assert {row.permission.codename for row in held} == {"add_trigger", "change_trigger"}


# Preview, usage.


def test_the_preview_shows_the_invitation_in_each_state(site: Site) -> None:
    trigger = make_trigger(site, {"is": "pages", "least": 2}, text="Can we help?")
    seen = {
        mode: trigger.make_preview_request(preview_mode=mode).content.decode()
        for mode, _words in trigger.preview_modes
    }
    assert "Can we help?" in seen["free"]
    assert "nobody could answer" in seen["full"]
    assert "need consent" in seen["refused"]
    assert "Can we help?" not in seen["full"] + seen["refused"]
    for html in seen.values():
        scripts = BeautifulSoup(html, "html.parser").select("script:not([src])")
        assert [each.get("type") for each in scripts if each.get("id") == "livechat-preview"]


def test_a_new_trigger_is_previewed_before_it_is_saved(admin: Client, site: Site) -> None:
    assert admin.post(at("preview_on_add"), written(admin, site)).json()["is_valid"]
    assert "Can we help?" in admin.get(at("preview_on_add")).content.decode()
    assert not Trigger.objects.exists()


def test_a_page_only_trigger_is_shown_without_consent(site: Site) -> None:
    html = make_trigger(site, text="Hello?").make_preview_request(preview_mode="refused")
    assert "Hello?" in html.content.decode()


def test_a_page_that_a_trigger_uses_says_so_before_it_is_deleted(admin: Client, site: Site) -> None:
    page = make_page(site, "Poems")
    fields = {"conditions-0-0-page": str(page.pk), "name": "On poems"}
    admin.post(at("add"), written(admin, site, **fields) | {"action-publish": "1"})
    assert ReferenceIndex.get_grouped_references_to(page).count() == 1
    root = Client()
    root.force_login(make_user("root", superuser=True))
    usage = root.get(reverse("wagtailadmin_pages:usage", args=[page.pk])).content.decode()
    assert "On poems" in usage


# Why not shown?


def why(admin: Client, trigger: Trigger, **chosen: Any) -> BeautifulSoup:
    return page_of(admin.get(at("why", trigger.pk), chosen))


def lines(page: BeautifulSoup) -> dict[str, str]:
    """Each line of an explanation, and whether it is true, false or unknown."""
    found = {}
    for truth in page.select(".livechat-truth"):
        words = " ".join(str(part) for part in truth.next_siblings if isinstance(part, str)).split()
        found[" ".join(words)] = truth.get_text(strip=True)
    return found


@pytest.fixture
def alice(site: Site) -> Any:
    return make_ready("alice", site, "Alice")


def test_each_condition_is_true_false_or_unknown_with_a_reason(
    admin: Client, site: Site, alice: Any
) -> None:
    trigger = make_trigger(
        site,
        {
            "all": [
                {"is": "page", "page": site.root_page_id},
                {"is": "locale", "locales": ["fr"]},
                {"is": "pages", "least": 3},
                {"is": "dwell", "least": 20},
            ]
        },
    )
    page = why(admin, trigger, page=site.root_page_id)
    said = lines(page)
    title = site.root_page.title
    assert said[f"The page is “{title}”."] == "true"
    assert said["The language of the page is: fr."] == "false"
    assert said["At least 3 pages seen in this visit."] == "unknown"
    assert said["On the page for at least 20 seconds."] == "unknown"
    text = page.get_text(" ", strip=True)
    assert "has not agreed" in text
    assert "It is: en." in text
    assert "It is not shown." in text


@pytest.mark.parametrize("number", [None, "0", "9" * 23, "x", "٣"])
def test_the_page_is_chosen_and_is_at_first_the_one_that_the_trigger_names(
    admin: Client, site: Site, number: str | None
) -> None:
    page = why(admin, make_trigger(site), **({"page": number} if number else {}))
    chosen = page.select_one("input[name=page][type=hidden]")
    assert chosen is not None
    assert chosen.get("value", "") == ("" if number else str(site.root_page_id))


def test_all_else_that_counts_is_explained_too(admin: Client, site: Site, alice: Any) -> None:
    trigger = make_trigger(site)
    assert "It would be shown." in why(admin, trigger, page=site.root_page_id).get_text()
    alice.chooses("away")
    said = lines(why(admin, trigger, page=site.root_page_id))
    assert said["An agent is available with a free place."] == "false"
    assert said["It is published."] == said["It is not paused."] == "true"
    assert said["Site and page let triggers speak."] == "true"


def test_a_visit_is_explained_to_who_is_announced_to_it_and_that_is_logged(
    site: Site, edith: User, alice: Any
) -> None:
    user = allow(edith, site, WATCH)
    client = Client()
    client.force_login(user)
    trigger = make_trigger(site, {"all": [{"is": "pages", "least": 2}]})
    visitor = Agreed(site)
    visit = visitor.is_seen_on(site.root_page)
    name = str(visit.public_id)

    def offered() -> list[str]:
        page = why(client, trigger)
        return [str(option["value"]) for option in page.select("select[name=visit] option")]

    assert offered() == [""]
    number, _new = begin_watch(
        site_id=site.pk, key=uuid.uuid4(), user_id=user.pk, profile_id=1, alias="Edith"
    )
    assert offered() == [""]  # she is not announced yet
    Visit.objects.filter(pk=visit.pk).update(acknowledged=number)
    assert offered() == ["", name]
    assert not AccessEntry.objects.filter(look="opened_visit").exists()
    page = why(client, trigger, visit=name)
    assert lines(page)["At least 2 pages seen in this visit."] == "false"
    assert "It is: 1." in page.get_text(" ", strip=True)
    entry = AccessEntry.objects.get(look="opened_visit")
    assert (entry.user, entry.target) == (user, f"Visit {name[:4]}")


def test_a_visit_that_somebody_else_watches_is_not_explained(site: Site, admin: Client) -> None:
    bruno = make_watcher("bruno", site)
    visit = Agreed(site).is_seen_on(site.root_page)
    number, _new = begin_watch(
        site_id=site.pk,
        key=uuid.uuid4(),
        user_id=bruno.user.pk,
        profile_id=bruno.profile.pk,
        alias="Bruno",
    )
    Visit.objects.filter(pk=visit.pk).update(acknowledged=number)
    page = why(admin, make_trigger(site), visit=str(visit.public_id))
    assert page.select_one("#livechat-why") is None
    assert not AccessEntry.objects.exists()


def test_what_a_visit_has_been_through_is_named(site: Site, edith: User, alice: Any) -> None:
    user = allow(edith, site, WATCH)
    client = Client()
    client.force_login(user)
    visit = Agreed(site).is_seen_on(site.root_page)
    number, _new = begin_watch(
        site_id=site.pk, key=uuid.uuid4(), user_id=user.pk, profile_id=1, alias="Edith"
    )
    Visit.objects.filter(pk=visit.pk).update(acknowledged=number, silenced=True)
    text = why(client, make_trigger(site), visit=str(visit.public_id)).get_text(" ", strip=True)
    assert "asked never to be invited again" in text
