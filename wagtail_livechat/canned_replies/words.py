"""Placeholders, worded for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_livechat.protocol.canned import Placeholder

PLACEHOLDERS: Final[Mapping[Placeholder, Promise]] = {
    Placeholder.VISITOR_NAME: _("the visitor’s name"),
    Placeholder.AGENT_ALIAS: _("your alias"),
    Placeholder.PAGE_TITLE: _("the title of the page that the visitor shows"),
    Placeholder.PAGE_LINK: _("the link to the page that the visitor shows"),
    Placeholder.SITE_NAME: _("the name of the site"),
}
