"""``{% livechat %}``: put it before ``</body>`` of the base template. ``{% livechat_charter %}``
says, on a page of the site's own, what the live help does."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from wagtail_livechat.wagtail_versions import page_model
from wagtail_livechat.widget.charter import charter
from wagtail_livechat.widget.tag import View, script

register = template.Library()


@register.simple_tag(takes_context=True)
def livechat(context: template.Context, kind: str = "", results: int | None = None) -> SafeString:
    """The chat on this page, or nothing where there is none.

    What is no page, or more than one, says what it is: ``kind`` is ``search``,
    ``not_found`` or ``other``, ``results`` how much a search found.
    """
    request: Any = context.get("request")
    nonce = context.get("csp_nonce") or getattr(request, "csp_nonce", "") or ""
    return script(request, _page(context), str(nonce), view=View(kind=kind, results=results))


@register.simple_tag(takes_context=True)
def livechat_charter(context: template.Context) -> SafeString:
    """The charter of the live help, from the settings of the site, in the page's language."""
    return charter(context.get("request"), _page(context))


def _page(context: template.Context) -> Any:
    page = context.get("page") or context.get("self")
    return page if isinstance(page, page_model()) else None
