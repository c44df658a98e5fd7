"""What an editor tries is what a visitor will get."""

from __future__ import annotations

import pytest
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from tests.canned_replies.library import make_reply
from tests.factories import make_site
from wagtail_livechat.canned_replies.preview import KNOWN, shown

pytestmark = pytest.mark.django_db


def test_what_is_attached_is_shown_as_it_would_be_sent() -> None:
    site = make_site()
    page = site.root_page.add_child(instance=Page(title="Find us", slug="find-us"))
    draft = site.root_page.add_child(instance=Page(title="Soon", slug="soon", live=False))
    image = get_image_model().objects.create(title="A map", file=get_test_image_file())
    attached = (("page", page), ("image", image), ("page", draft))
    stream = [{"type": kind, "value": each.pk} for kind, each in attached]
    reply = make_reply("Hello", "Hello", site=site, cards=stream)
    _, *cards = [each["card"] for each in shown(reply, KNOWN)["shown"]["messages"]]
    assert [card["title"] for card in cards] == ["Find us", "A map", "Soon"]
    assert cards[0]["url"] == page.full_url
    assert cards[1]["picture"] and cards[1]["url"]
    # What nobody may be sent is said to be gone, as it would be in the conversation.
    assert cards[2]["url"] == ""
