"""Consent banners in the admin: written, previewed, approved and published by site."""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tests.console.forms import filled_in_from
from tests.factories import allow, let_assist, make_banner, make_locale, make_site, make_user
from wagtail_livechat.consent.models import ConsentBanner
from wagtail_livechat.consent.queries import banner_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

WRITE = ("add_consentbanner", "change_consentbanner")
PUBLISH = (
    "publish_consentbanner",
    "lock_consentbanner",
    "unlock_consentbanner",
    "delete_consentbanner",
)


def url(name: str, *args: object) -> str:
    return reverse(f"wagtailsnippets_wagtail_livechat_consentbanner:{name}", args=args)


@pytest.fixture
def here() -> Site:
    return let_assist(make_site("a.example.com"))


@pytest.fixture
def there() -> Site:
    return let_assist(make_site("b.example.com"))


@pytest.fixture
def editor(client: Client, here: Site) -> User:
    """Somebody who writes and publishes the banners of one site, and nothing else."""
    user = allow(make_user("ed"), here, *WRITE, *PUBLISH)
    client.force_login(user)
    return user


def test_an_editor_publishes_a_banner_as_it_is_offered(
    client: Client, editor: User, here: Site
) -> None:
    page = client.get(url("add"))
    assert page.status_code == 200
    data = filled_in_from(page.content.decode(), **{"action-publish": "action-publish"})
    assert data["site"] == [str(here.pk)]

    assert client.post(url("add"), data).status_code == 302

    banner = ConsentBanner.objects.get()
    assert (banner.live, banner.site) == (True, here)
    shown = banner_for(here.pk, "en")
    assert shown is not None and shown.purposes == ("assistance",)
    assert "a.example.com would like to offer you help" in str(shown.texts["body"])


def test_a_draft_is_shown_to_nobody_else(client: Client, editor: User, here: Site) -> None:
    data = filled_in_from(client.get(url("add")).content.decode())
    client.post(url("add"), data)
    assert not ConsentBanner.objects.get().live
    assert banner_for(here.pk, "en") is None


def changed(client: Client, banner: ConsentBanner, **fields: str):
    page = client.get(url("edit", banner.pk)).content.decode()
    return client.post(url("edit", banner.pk), filled_in_from(page, **fields))


def test_a_change_is_published_as_the_editor_calls_it(
    client: Client, editor: User, here: Site
) -> None:
    banner = make_banner(here)
    for change, heading in (("minor", "May we see?"), ("major", "May we see your pages now?")):
        answer = changed(
            client, banner, heading=heading, change=change, **{"action-publish": "action-publish"}
        )
        assert answer.status_code == 302, answer.context["form"].errors
    assert list(banner.versions.order_by("number").values_list("number", "major")) == [
        (1, 1),
        (2, 1),
        (3, 2),
    ]


def test_asking_for_more_cannot_be_called_minor(client: Client, editor: User, here: Site) -> None:
    banner = make_banner(here, asks_statistics=False)
    answer = changed(
        client,
        banner,
        asks_statistics="on",
        change="minor",
        **{"action-publish": "action-publish"},
    )
    assert "Asking for something new is major" in answer.content.decode()
    assert banner.versions.count() == 1


def test_a_banner_asks_for_something(client: Client, editor: User, here: Site) -> None:
    page = client.get(url("add")).content.decode()
    data = filled_in_from(page, **{"action-publish": "action-publish"})
    del data["asks_assistance"]
    assert "at least one of the two" in client.post(url("add"), data).content.decode()
    assert not ConsentBanner.objects.exists()


def test_one_banner_asks_at_a_time(client: Client, editor: User, here: Site) -> None:
    make_banner(here)
    page = client.get(url("add")).content.decode()
    answer = client.post(url("add"), filled_in_from(page, **{"action-publish": "action-publish"}))
    assert "Another banner of this site is published" in answer.content.decode()
    assert ConsentBanner.objects.count() == 1
    make_locale("fr")
    add = url("add") + "?locale=fr"
    page = client.get(add).content.decode()
    assert client.post(add, filled_in_from(page)).status_code == 302


def test_what_was_asked_on_a_site_stays_there(
    client: Client, editor: User, here: Site, there: Site
) -> None:
    allow(editor, there, *WRITE, *PUBLISH)
    banner = make_banner(here)
    answer = changed(client, banner, site=str(there.pk))
    assert "belongs to that site" in answer.content.decode()
    banner.refresh_from_db()
    assert banner.site == here


def test_other_sites_do_not_exist_for_an_editor(
    client: Client, editor: User, here: Site, there: Site
) -> None:
    mine = make_banner(here, name="Mine")
    theirs = make_banner(there, name="Theirs", heading="Their secret draft")
    revision = theirs.latest_revision
    listed = client.get(url("list")).content.decode()
    assert "Mine" in listed and "Theirs" not in listed
    for name in (
        "edit",
        "delete",
        "usage",
        "history",
        "copy",
        "preview_on_edit",
        "unpublish",
        "lock",
        "unlock",
        "workflow_history",
    ):
        for method in (client.get, client.post):
            refused = method(url(name, theirs.pk), {"action-publish": "x"})
            assert refused.status_code in (302, 403, 405), name
            assert "Their secret draft" not in refused.content.decode()
    for name in ("revisions_view", "revisions_revert"):
        refused = client.get(url(name, theirs.pk, revision.pk))
        assert refused.status_code in (302, 403)
    compare = url("revisions_compare", theirs.pk, revision.pk, "latest")
    assert client.get(compare).status_code in (302, 403)
    chooser = reverse("wagtailsnippetchoosers_wagtail_livechat_consentbanner:choose")
    chosen = client.get(chooser).content.decode()
    assert "Mine" in chosen and "Theirs" not in chosen
    theirs.refresh_from_db()
    assert theirs.live and not theirs.locked
    assert client.get(url("edit", mine.pk)).status_code == 200


def test_a_banner_cannot_be_given_to_a_site_that_the_editor_does_not_write_for(
    client: Client, editor: User, there: Site
) -> None:
    page = client.get(url("add")).content.decode()
    assert "b.example.com" not in page
    data = filled_in_from(page, site=str(there.pk), **{"action-publish": "action-publish"})
    assert client.post(url("add"), data).status_code == 200
    assert not ConsentBanner.objects.exists()


def test_who_publishes_one_site_may_only_write_for_another(
    client: Client, editor: User, here: Site, there: Site
) -> None:
    client.force_login(allow(editor, there, *WRITE))
    banner = make_banner(there)
    changed(client, banner, heading="Sneaked in", **{"action-publish": "action-publish"})
    assert banner_for(there.pk, "en").texts["heading"] == "May we see your pages?"  # type: ignore[union-attr]
    assert client.get(url("delete", banner.pk)).status_code == 302
    page = client.get(url("add")).content.decode()
    ConsentBanner.objects.get().unpublish()
    data = filled_in_from(page, site=str(there.pk), **{"action-publish": "action-publish"})
    answer = client.post(url("add"), data)
    assert "You may not publish on this site." in answer.content.decode()
    assert banner_for(there.pk, "en") is None


def test_who_may_not_write_banners_finds_none(client: Client, here: Site) -> None:
    banner = make_banner(here)
    client.force_login(make_user("visitor"))
    assert client.get(url("list")).status_code == 302
    assert client.get(url("edit", banner.pk)).status_code == 302
    assert "Consent banners" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_a_copy_is_shown_and_posted_elsewhere(client: Client, editor: User, here: Site) -> None:
    banner = make_banner(here, heading="The original")
    assert "The original" in client.get(url("copy", banner.pk)).content.decode()
    assert client.post(url("copy", banner.pk), {"heading": "x"}).status_code == 405


def test_a_superuser_sees_the_banners_of_every_site(
    client: Client, admin_user: User, here: Site, there: Site
) -> None:
    make_banner(here, name="One"), make_banner(there, name="Other")
    client.force_login(admin_user)
    listed = client.get(url("list")).content.decode()
    assert "One" in listed and "Other" in listed
    assert "Consent banners" in client.get(reverse("wagtailadmin_home")).content.decode()


def test_markup_that_is_posted_past_the_editor_reaches_no_visitor(
    client: Client, editor: User, here: Site
) -> None:
    page = client.get(url("add")).content.decode()
    block = {
        "key": "abcde",
        "text": "<script>alert(1)</script> press here",
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [{"offset": 0, "length": 36, "key": 0}],
    }
    link = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}
    body = json.dumps({"blocks": [block], "entityMap": {"0": link}})
    data = filled_in_from(page, body=body, **{"action-publish": "action-publish"})
    assert client.post(url("add"), data).status_code == 302
    found = banner_for(here.pk, "en")
    assert found is not None
    assert found.texts["body"] == [{"t": "p", "c": ["<script>alert(1)</script> press here"]}]


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        ("first", "first"),
        ("choose", "choose"),
        ("accepted", "accepted"),
        ("watched", "watched"),
        ("refused", "refused"),
        ("signal", "signal"),
        ("rtl", "first"),
    ],
)
def test_a_banner_is_previewed_as_a_visitor_in_every_state(
    client: Client, editor: User, here: Site, mode: str, state: str
) -> None:
    banner = make_banner(here)
    page = client.get(url("edit", banner.pk)).content.decode()
    data = filled_in_from(page, heading="Not published yet", accept_label="Go on")
    preview = url("preview_on_edit", banner.pk)
    assert client.post(f"{preview}?mode={mode}", data).json()["is_valid"]

    shown = client.get(f"{preview}?mode={mode}")

    assert shown.status_code == 200
    soup = BeautifulSoup(shown.content, "html.parser")
    carried = json.loads(soup.select_one("#livechat-preview").text)  # type: ignore[union-attr]
    assert carried["asked"]["state"] == state
    assert carried["asked"]["banner"]["texts"]["heading"] == "Not published yet"
    assert carried["asked"]["banner"]["texts"]["accept_label"] == "Go on"
    assert carried["asked"]["banner"]["purposes"] == ["assistance", "statistics"]
    assert (carried["dir"], soup.html["dir"]) == (  # type: ignore[index]
        ("rtl", "rtl") if mode == "rtl" else (None, "ltr")
    )
    assert not soup.select("[data-livechat-config]")
    assert banner.versions.count() == 1


def test_a_new_banner_is_previewed_before_it_is_saved(client: Client, editor: User) -> None:
    data = filled_in_from(client.get(url("add")).content.decode())
    assert client.post(url("preview_on_add"), data).json()["is_valid"]
    assert "would like to offer you help" in client.get(url("preview_on_add")).content.decode()
    assert not ConsentBanner.objects.exists()
