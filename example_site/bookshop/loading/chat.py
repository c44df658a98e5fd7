"""The chat of both sites: colours, words, and agents who are ready to answer."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from wagtail.models import Site

from example_site.bookshop.loading.people import AGENTS
from example_site.bookshop.loading.shops import QUAY_HOST, SHOP_HOST
from wagtail_livechat.agents.actions import ensure_profile, set_availability
from wagtail_livechat.agents.models import AvailabilityChoice
from wagtail_livechat.agents.queries import is_alias_free, profile_of
from wagtail_livechat.agents.rules import skeleton
from wagtail_livechat.site_settings.models import LiveChatSettings, StuckSettings, WidgetText

SHOP_WORDS = {
    "en": {
        "team_name": "The counter",
        "welcome": "Good to see you! Ask about a book, an order or an evening at the shop: one of us will answer.",
    },
    "fr": {
        "team_name": "Le comptoir",
        "welcome": "Bienvenue ! Un livre, une commande, une rencontre : posez la question, l’un de nous vous répond.",
    },
}
QUAY_WORDS = {
    "fr": {
        "team_name": "La péniche",
        "welcome": "Vous cherchez un livre épuisé ? Dites-nous ce dont vous vous souvenez.",
    },
    "ar": {
        "team_name": "المركب",
        "welcome": "تبحثون عن كتاب نفد؟ قولوا لنا ما تتذكرونه.",
    },
}


def switch_on(port: int) -> None:
    """Give each site its chat, and say for each agent that they are willing: being there is up to them."""
    _chat_of(Site.objects.get(hostname=SHOP_HOST, port=port), accent="#1f4d3f", words=SHOP_WORDS)
    _chat_of(Site.objects.get(hostname=QUAY_HOST, port=port), accent="#1d4f7a", words=QUAY_WORDS)
    _agents()


def _chat_of(site: Site, *, accent: str, words: dict[str, dict[str, str]]) -> None:
    settings, is_new = LiveChatSettings.objects.get_or_create(
        site=site, defaults={"enabled": True, "accent": accent}
    )
    if is_new:
        for language, texts in words.items():
            WidgetText.objects.create(settings=settings, language=language, **texts)
    StuckSettings.objects.get_or_create(
        site=site, defaults={"funnel_pages": "bookshop.OrderStepPage"}
    )


def _agents() -> None:
    for user in get_user_model()._default_manager.filter(username__in=AGENTS):
        is_new = profile_of(user.pk) is None
        profile = ensure_profile(user.pk)
        if is_new and is_alias_free(user.first_name):
            profile.alias, profile.alias_skeleton = user.first_name, skeleton(user.first_name)
            profile.save()
        set_availability(
            profile_id=profile.pk, availability=AvailabilityChoice.AVAILABLE, capacity=3
        )
