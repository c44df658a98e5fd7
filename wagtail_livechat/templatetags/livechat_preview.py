"""``{% livechat_preview %}``: what is being written, as a visitor would see it.

For the templates of Wagtail's previews alone: it opens no line and stores nothing.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import translation
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from wagtail_livechat.assets import asset
from wagtail_livechat.consent.publishing import words_language
from wagtail_livechat.site_settings.queries import settings_for
from wagtail_livechat.widget import config
from wagtail_livechat.widget.texts import ASSIST_TEXTS

register = template.Library()


@register.simple_tag
def livechat_preview(site_id: int, language: str, shown: dict[str, Any]) -> SafeString:
    """The look of a site in a language, what is shown in it, and the script that draws it."""
    with translation.override(words_language(language)):
        words = {key: str(text) for key, text in ASSIST_TEXTS.items()}
    carried = {
        "config": config.build(settings_for(site_id), language),
        "words": words,
        **shown,
    }
    return format_html(
        '{}<script type="module" src="{}"></script>',
        json_script(carried, "livechat-preview"),
        asset("preview.js"),
    )
