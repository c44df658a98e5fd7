"""The buttons below a snippet's form, for those who may publish on its site."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tests.canned_replies.library import make_reply
from tests.factories import allow, make_site, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

RIGHTS = ("add_cannedreply", "change_cannedreply", "publish_cannedreply")


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


def at(name: str, *args: Any) -> str:
    return reverse(f"livechat_canned_replies:{name}", args=args)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def buttons(client: Client, address: str) -> set[str]:
    """The names of what can be pressed below a form."""
    html = client.get(address).content.decode()
    found = BeautifulSoup(html, "html.parser").select("footer button[name]")
    return {str(button["name"]) for button in found}


def test_who_may_publish_on_a_site_finds_the_button(site: Site) -> None:
    admin = logged_in(allow(make_user("edith"), site, *RIGHTS))
    draft, live = make_reply("Draft", site=site, live=False), make_reply("Live", site=site)
    assert "action-publish" in buttons(admin, at("add"))
    assert "action-publish" in buttons(admin, at("edit", draft.pk))
    page = admin.get(at("edit", live.pk)).content.decode()
    assert at("unpublish", live.pk) in page
    assert at("unpublish", draft.pk) not in admin.get(at("edit", draft.pk)).content.decode()


def test_who_may_only_write_finds_no_button_to_publish(site: Site) -> None:
    other = make_site("b.example.com")
    dora = allow(make_user("dora"), site, "add_cannedreply", "change_cannedreply")
    allow(dora, other, *RIGHTS)
    here, there = make_reply("Here", site=site), make_reply("There", site=other)
    client = logged_in(dora)
    assert "action-publish" not in buttons(client, at("edit", here.pk))
    assert at("unpublish", here.pk) not in client.get(at("edit", here.pk)).content.decode()
    assert "action-publish" in buttons(client, at("edit", there.pk))
