"""Live assistance in the shop: visitors are asked, the team may watch and invite, one page asks by itself.

The demo has it; whoever loads the bookshop alone begins with a site that watches nobody.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupSitePermission, Locale, Page, Site

from example_site.bookshop.loading.people import EDITORS, SHOP_TEAM, all_of
from example_site.bookshop.loading.shops import SHOP_HOST
from wagtail_livechat.consent.models import ConsentBanner
from wagtail_livechat.consent.publishing import first_words
from wagtail_livechat.engagement.models import Trigger
from wagtail_livechat.site_settings.models import LiveChatSettings, Mode

RIGHTS = {
    SHOP_TEAM: ("watch_visitors", "invite_visitors"),
    EDITORS: (*all_of("consentbanner"), *all_of("trigger")),
}
QUESTIONS = {
    "en": ("Gift cards", "Shall we help you choose?"),
    "fr": ("Cartes-cadeaux", "Voulez-vous un coup de main pour choisir ?"),
}


def begin(port: int) -> None:
    """Publish a banner and a trigger in each language, and let the team watch."""
    site = Site.objects.get(hostname=SHOP_HOST, port=port)
    LiveChatSettings.objects.filter(site=site).update(mode=Mode.PROACTIVE)
    for name, codenames in RIGHTS.items():
        for codename in codenames:
            GroupSitePermission.objects.get_or_create(
                group=Group.objects.get(name=name),
                site=site,
                permission=Permission.objects.get(
                    content_type__app_label="wagtail_livechat", codename=codename
                ),
            )
    gift_cards = Page.objects.get(slug="gift-cards", locale__language_code="en")
    for language, (name, question) in QUESTIONS.items():
        locale = Locale.objects.get(language_code=language)
        _ask(site, locale)
        _trigger(site, locale, name, question, gift_cards)


def _ask(site: Site, locale: Locale) -> None:
    heading, body = first_words(locale.language_code, site.site_name)
    banner = ConsentBanner(
        site=site,
        locale=locale,
        name=f"{site.site_name} ({locale.language_code})",
        heading=heading,
        body=f"<p>{body}</p>",
        asks_statistics=True,
        live=False,
    )
    banner.save()
    banner.save_revision().publish()


def _trigger(site: Site, locale: Locale, name: str, question: str, page: Page) -> None:
    trigger = Trigger(
        site=site,
        locale=locale,
        name=name,
        text=question,
        conditions={"all": [{"is": "page", "page": page.pk}, {"is": "dwell", "least": 15}]},
        live=False,
    )
    trigger.save()
    trigger.save_revision().publish()
