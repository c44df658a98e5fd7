"""``{% livechat %}``: put it before ``</body>`` of the base template."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from wagtail_livechat.wagtail_versions import page_model
from wagtail_livechat.widget.tag import script

register = template.Library()


@register.simple_tag(takes_context=True)
def livechat(context: template.Context) -> SafeString:
    """The chat on this page, or nothing where there is none."""
    request: Any = context.get("request")
    nonce = context.get("csp_nonce") or getattr(request, "csp_nonce", "") or ""
    page = context.get("page") or context.get("self")
    return script(request, page if isinstance(page, page_model()) else None, str(nonce))
