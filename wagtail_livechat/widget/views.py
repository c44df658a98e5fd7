"""What anybody may read, and any cache may keep: the configuration."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from wagtail_livechat.consent.rules import Signals
from wagtail_livechat.site_settings.queries import site_id_for

from .config import MAX_AGE_SECONDS, config_for

SIGNALS: Final = ("Sec-GPC", "DNT")


def _not_found() -> HttpResponse:
    return JsonResponse({"code": "not_found"}, status=404)


@require_safe
def config(request: HttpRequest, language: str) -> HttpResponse:
    """``GET config/<language>/``: everything that the widget needs to know."""
    site_id = site_id_for(request)
    if site_id is None:
        return _not_found()
    try:
        found = config_for(site_id, language, _signals(request))
    except LookupError:
        return _not_found()
    known = parse_etags(request.headers.get("If-None-Match", ""))
    response: HttpResponse
    if found.etag in known or f"W/{found.etag}" in known or "*" in known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(found.body, content_type="application/json")
    response["ETag"] = found.etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response["X-Content-Type-Options"] = "nosniff"
    patch_vary_headers(response, SIGNALS)
    return response


def _signals(request: HttpRequest) -> Signals:
    """What the browser's headers say for its user."""
    gpc, dnt = (request.headers.get(name, "").strip() == "1" for name in SIGNALS)
    return Signals(gpc=gpc, dnt=dnt)
