"""The words of the console and the badge, in the language of the reader's admin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import check_for_language
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog

_catalogue = JavaScriptCatalog.as_view(packages=["wagtail_livechat"])


@require_safe
def catalogue(request: HttpRequest, language: str) -> HttpResponseBase:
    """The same for everybody, so that a browser fetches it once and not for each page.

    Under the admin's own addresses Wagtail would forbid to keep it.
    """
    if not check_for_language(language):
        return HttpResponse(status=404)
    with translation.override(language):
        response = _catalogue(request)
    response["Cache-Control"] = "public, max-age=86400"
    return response
