"""The staff's addresses inside Wagtail's admin: the ticket for a socket, and the fallback.

Wagtail has checked that this user may enter the admin, and Django the CSRF token.
"""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from wagtail_livechat.agents import actions as agents
from wagtail_livechat.errors import SessionEnded, TooBig
from wagtail_livechat.protocol.updates import Update

from . import endpoints, staff
from . import exchange as exchanges
from .endpoints import NoJson, Response
from .speakers import StaffSpeaker
from .threads import guarded
from .views import as_django, body_of


def _speaker(request: HttpRequest) -> StaffSpeaker:
    """The user of this request. Raises :class:`SessionEnded`, :class:`Forbidden`."""
    session_key = request.session.session_key
    if not session_key or not request.user.is_authenticated:
        raise SessionEnded
    return staff.speaker_for(request.user, session_key)


@require_POST
def ticket(request: HttpRequest) -> HttpResponse:
    """A one-time ticket for a socket of this session."""
    try:
        made = guarded(_issue_ticket, request)
    except Exception as error:
        return as_django(endpoints.refusal(error, get_language() or "en"))
    body = {"ticket": made, "socket": reverse("wagtail_livechat:staff_socket")}
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(json.dumps(body), content_type="application/json", headers=headers)


def _issue_ticket(request: HttpRequest) -> str:
    speaker = _speaker(request)
    ticket: str = exchanges.write(
        lambda: agents.issue_ticket(user_id=speaker.user_id, session_key=speaker.session_key)
    )
    return ticket


@require_POST
def exchange(request: HttpRequest) -> HttpResponse:
    """Commands in, updates out: what a console does where sockets do not get through."""
    return as_django(_exchange(request))


def _carry_out(request: HttpRequest, body: bytes) -> list[Update]:
    return exchanges.exchange_as_staff(_speaker(request), body)


def _exchange(request: HttpRequest) -> Response:
    try:
        if request.content_type != "application/json":
            raise NoJson
        body = body_of(request)
        if body is None:
            raise TooBig
        return endpoints.told(guarded(_carry_out, request, body))
    except Exception as error:
        return endpoints.refusal(error, get_language() or "en")
