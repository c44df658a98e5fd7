"""The buttons below the forms of our snippets: there for whoever may press them."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tests.canned_replies.library import make_reply
from tests.engagement.conftest import make_trigger
from tests.factories import allow, make_agent, make_banner, make_locale, make_site, make_user
from wagtail_livechat.answers.models import CuratedAnswer, SignpostScript
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.consent.models import ConsentBanner
from wagtail_livechat.engagement.models import Trigger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

SNIPPETS = [CannedReply, ConsentBanner, CuratedAnswer, SignpostScript, Trigger]


@pytest.fixture
def here() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def there() -> Site:
    return make_site("b.example.com")


def may(user: User, site: Site, model: type[models.Model], *actions: str) -> User:
    return allow(user, site, *(f"{action}_{model._meta.model_name}" for action in actions))


def one_of(model: type[models.Model], site: Site) -> Any:
    """A published snippet of the site."""
    match model.__name__:
        case "ConsentBanner":
            return make_banner(site)
        case "Trigger":
            return make_trigger(site)
        case "CannedReply":
            return make_reply("Hours", site=site)
    return model.objects.create(  # type: ignore[attr-defined]
        site=site, locale=make_locale("en"), name="Hours", wordings="When?"
    )


def buttons(user: User, model: Any, name: str, *args: Any) -> set[str]:
    """What the foot of the form offers this user."""
    client = Client()
    client.force_login(user)
    address = model.snippet_viewset.get_url_name(name)
    response = client.get(reverse(address, args=args))
    assert response.status_code == 200, response.status_code
    foot = BeautifulSoup(response.content, "html.parser").select_one("footer")
    assert foot is not None
    words = [each.get_text(" ", strip=True) for each in foot.select("button, a")]
    return {
        word
        for word in ("Save draft", "Publish", "Unpublish")
        if any(w.startswith(word) for w in words)
    }


@pytest.mark.parametrize("model", SNIPPETS)
def test_who_may_publish_on_one_site_finds_the_button(model: Any, here: Site, there: Site) -> None:
    """The right given site by site, as in the panels of the group: no right on all sites."""
    user = may(make_user("edith"), here, model, "add", "change", "publish")
    ours = one_of(model, here)

    assert buttons(user, model, "add") == {"Save draft", "Publish"}
    assert buttons(user, model, "edit", ours.pk) == {"Save draft", "Publish", "Unpublish"}

    may(user, there, model, "add", "change")
    assert buttons(user, model, "edit", one_of(model, there).pk) == {"Save draft"}


@pytest.mark.parametrize("model", SNIPPETS)
def test_who_may_only_write_is_offered_a_draft(model: Any, here: Site) -> None:
    user = may(make_user("wren"), here, model, "add", "change")
    assert buttons(user, model, "add") == {"Save draft"}
    assert buttons(user, model, "edit", one_of(model, here).pk) == {"Save draft"}


@pytest.mark.parametrize("model", SNIPPETS)
def test_a_draft_is_not_unpublished(model: Any, here: Site) -> None:
    user = may(make_user("edith"), here, model, "add", "change", "publish")
    draft = one_of(model, here)
    draft.unpublish()
    assert buttons(user, model, "edit", draft.pk) == {"Save draft", "Publish"}


def test_an_agent_publishes_a_reply_of_their_own(here: Site) -> None:
    """Personal replies take the right to reply alone."""
    agent = make_agent("ada", here)
    own = make_reply("Mine", owner=agent.user)
    assert buttons(agent.user, CannedReply, "add") == {"Save draft", "Publish"}
    assert buttons(agent.user, CannedReply, "edit", own.pk) == {
        "Save draft",
        "Publish",
        "Unpublish",
    }
