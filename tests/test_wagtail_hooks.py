"""What Wagtail's admin receives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from wagtail.admin.icons import get_icons

from wagtail_livechat import wagtail_hooks

PACKAGE = Path(wagtail_hooks.__file__).parent


def used_icons() -> set[str]:
    """Each icon that our Python, templates and scripts name."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        found |= set(re.findall(r'(?:icon|icon_name|header_icon|menu_icon)="([\w-]+)"', text))
        found |= set(re.findall(r'(?:icon|header_icon|menu_icon) = "([\w-]+)"', text))
    for path in (PACKAGE / "templates").rglob("*.html"):
        text = path.read_text()
        found |= set(re.findall(r'{% icon [^%]*?name="([\w-]+)"', text))
        found |= set(re.findall(r'icon_name="([\w-]+)"', text))
    # The widget draws its own: it is no guest of the admin.
    for path in (PACKAGE / "static_src" / "console").rglob("*.tsx"):
        found |= set(re.findall(r'<Icon[^>]*?name="([\w-]+)"', path.read_text()))
    return found


@pytest.mark.django_db
def test_every_icon_that_we_use_exists() -> None:
    """Wagtail shows nothing, and says nothing, where one does not."""
    there = set(re.findall(r'id="icon-([\w-]+)"', get_icons()))
    assert "livechat" in used_icons()
    assert used_icons() <= there


@pytest.mark.django_db
def test_every_page_of_the_admin_carries_the_badge(client: Client, admin_user) -> None:
    client.force_login(admin_user)

    html = client.get(reverse("wagtailadmin_home")).content.decode()

    assert "/static/wagtail_livechat/badge.js" in html
    assert "/static/wagtail_livechat/badge.css" in html
    assert "/livechat/words/en/?v=" in html
    assert html.index("/livechat/words/en/") < html.index("/static/wagtail_livechat/badge.js")


@override_settings(ROOT_URLCONF="django.contrib.auth.urls")
def test_a_host_that_forgot_our_addresses_keeps_its_admin() -> None:
    assert wagtail_hooks.admin_js() == ""
