"""For a site that asks with a consent tool of its own: the hook in Python.

Switch on “the site has a consent tool of its own” in the settings of the live chat, and
tell us from a view or a middleware what the visitor chose::

    from wagtail_livechat.consent.external import record_choice

    def consent_changed(request):
        response = HttpResponse()
        record_choice(request, response, assistance=True, reference="tcf:CQ1...")
        return response

Our banner then stays silent. Nobody who was not named here has agreed to anything. Call it
when the visitor answers, not on every page: whoever has stopped live help with our own button
would be watched again by a yes that is only repeated.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language

from wagtail_livechat import tokens
from wagtail_livechat.errors import NotOffered
from wagtail_livechat.site_settings.queries import site_id_for

from . import actions, cookies
from .actions import Answered
from .rules import Interface, Signals

__all__ = ["record_choice"]

LONGEST_REFERENCE = 200


def record_choice(
    request: HttpRequest,
    response: HttpResponse,
    *,
    assistance: bool = False,
    statistics: bool = False,
    reference: str = "",
) -> Answered:
    """Write down what a visitor chose in the site's own tool, and put it on ``response``.

    ``reference`` is the tool's own name for its proof; it is kept with our receipt. Saying
    the same again writes nothing. Both ``False`` refuses or withdraws: the visit is over
    at once. The response becomes private, because it carries cookies.

    Raises :class:`~wagtail_livechat.errors.Forbidden` where the site is not set to have a
    tool of its own, :class:`~wagtail_livechat.errors.UnknownPurpose` where it may not
    watch or count at all, :class:`~wagtail_livechat.errors.ReplayedReceipt` where the
    browser's receipt was ended elsewhere, :class:`~wagtail_livechat.errors.NotOffered`
    where no site has the host's name.
    """
    site_id = site_id_for(request)
    if site_id is None:
        raise NotOffered
    plain = bool(settings.DEBUG) and not request.is_secure()
    choice_name = cookies.choice_name(site_id, plain=plain)
    visit_name = cookies.visit_name(site_id, plain=plain)
    visit_key = request.COOKIES.get(visit_name, "")
    visit_key_hash = tokens.hash_visit_key(site_id, visit_key) if visit_key else None
    answered = actions.answer(
        site_id=site_id,
        cookie=request.COOKIES.get(choice_name, ""),
        version=None,
        assistance=assistance,
        statistics=statistics,
        interface=Interface.EXTERNAL,
        language=get_language() or settings.LANGUAGE_CODE,
        signals=Signals(
            gpc=request.headers.get("Sec-GPC") == "1", dnt=request.headers.get("DNT") == "1"
        ),
        reference=reference[:LONGEST_REFERENCE],
        visit_key_hash=visit_key_hash,
    )
    response.set_cookie(
        choice_name,
        answered.cookie,
        max_age=answered.seconds,
        secure=not plain,
        samesite="Lax",
    )
    if not assistance:
        response.delete_cookie(visit_name, samesite="Lax")
    elif visit_key_hash is None:
        response.set_cookie(
            visit_name,
            tokens.new_visit_key(site_id),
            secure=not plain,
            httponly=True,
            samesite="Lax",
        )
    patch_cache_control(response, private=True)
    return answered
