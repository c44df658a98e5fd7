"""Answers to invitations over HTTP, and the greetings of whom nothing is known.

Whoever accepts needs a key for the conversation, and a key is only ever given in a cookie:
so an invitation is accepted here, also one that came over the line of a visit.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from msgspec import Meta

from wagtail_livechat import clock, tokens
from wagtail_livechat.conf import configuration
from wagtail_livechat.consent import cookies as consent_cookies
from wagtail_livechat.engagement import actions, greetings
from wagtail_livechat.errors import (
    BadCommand,
    BadPage,
    MayNotInvite,
    NotInvited,
    NotOffered,
)
from wagtail_livechat.protocol import values
from wagtail_livechat.protocol.values import Answer, PageToken
from wagtail_livechat.site_settings.queries import settings_for, site_id_for
from wagtail_livechat.visitors.queries import is_key_revoked

from . import consent, exchange, identity, limits
from .identity import Asked
from .requests import JSON_HEADERS, Request, Response, cookie, demand_post

MAX_AGE_SECONDS: Final = 60
QUIET_SECONDS: Final = 182 * 86_400
_PUBLIC_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Hold(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST greetings/hold/``: what is about to be said, and on which page."""

    greeting: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    page: PageToken


class _Answer(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST greetings/answer/``: an invitation's name, or a greeting's slip."""

    invitation: Annotated[str, Meta(min_length=1, max_length=300)]
    answer: Answer


def _read(body: bytes, type_: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=type_, strict=True)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadCommand from error


@require_safe
def view(request: HttpRequest, page: str) -> HttpResponse:
    """``GET greetings/<page token>/``: what may be said on a page, the same for everybody."""
    site_id = site_id_for(request)
    named = tokens.read_page_token(page)
    if named is None or named.site_id != site_id:
        response: HttpResponse = JsonResponse({"code": "not_found"}, status=404)
    else:
        found = greetings.greetings_for(site_id, named.page_id)
        response = JsonResponse(
            {"greetings": [{"id": each.trigger, "dwell": each.seconds} for each in found]}
        )
    response["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def serve_hold(request: Request) -> Response:
    """``POST greetings/hold/``: somebody can answer now, or nothing is shown."""
    site_id, body = demand_post(request)
    asked = request.asked
    limits.charge(limits.GREETING, identity.network_of(asked))
    said = _read(body, _Hold)
    named = tokens.read_page_token(said.page)
    if named is None or named.site_id != site_id:
        raise BadPage
    held = None
    if not _is_quiet(asked, site_id):
        hold = partial(
            greetings.hold,
            site_id=site_id,
            page_id=named.page_id,
            trigger_pk=said.greeting,
            chat_key_hash=identity.visitor_key_hash(asked, site_id),
        )
        try:
            held = exchange.write(hold)
        except MayNotInvite:
            pass  # no fault of the browser's: it shows nothing
    invitation = held and values.Invitation(
        id=held.slip,
        text=held.text,
        sender=None,
        automatic=True,
        expires_at=clock.milliseconds(held.expires_at),
    )
    return _json({"invitation": invitation, "now": clock.now_ms()})


def serve_answer(request: Request) -> Response:
    """``POST greetings/answer/``: accept, no thanks, or never again."""
    site_id, body = demand_post(request)
    asked = request.asked
    visit = identity.visit_key_hash(asked, site_id)
    limits.charge(limits.ACT, visit or identity.network_of(asked))
    said = _read(body, _Answer)
    if said.answer is Answer.ACCEPT:
        return _accept(asked, site_id, visit, said.invitation)
    _decline(site_id, visit, said)
    return _json({"ok": True}, _quiet(asked, site_id, said.answer))


def _accept(asked: Asked, site_id: int, visit: str | None, invitation: str) -> Response:
    if not settings_for(site_id).enabled:
        raise NotOffered
    key, key_hash = _chat_key(asked, site_id)
    if _PUBLIC_ID.fullmatch(invitation):
        begin: Any = partial(
            actions.answer,
            site_id=site_id,
            visit_key_hash=_demand_visit(visit),
            invitation_id=invitation,
            answer=Answer.ACCEPT.value,
            chat_key_hash=key_hash,
        )
    else:
        begin = partial(greetings.accept, site_id=site_id, slip=invitation, chat_key_hash=key_hash)
    begun = exchange.write(begin)
    name = identity.cookie_name(site_id, plain=identity.is_plain(asked))
    kept = cookie(asked, name, key, configuration().visitor_key_hours * 3_600)
    return _json({"ok": True, "conversation": begun.conversation_id}, [kept])


def _decline(site_id: int, visit: str | None, said: _Answer) -> None:
    if _PUBLIC_ID.fullmatch(said.invitation):
        dismiss: Any = partial(
            actions.answer,
            site_id=site_id,
            visit_key_hash=_demand_visit(visit),
            invitation_id=said.invitation,
            answer=said.answer.value,
        )
    else:
        dismiss = partial(greetings.decline, site_id=site_id, slip=said.invitation)
    exchange.write(dismiss)


def _demand_visit(visit: str | None) -> str:
    if visit is None:
        raise NotInvited
    return visit


def _chat_key(asked: Asked, site_id: int) -> tuple[str, str]:
    """The key of the chat that came along, or a fresh one; and what is stored of it."""
    key = asked.cookies.get(identity.cookie_name(site_id, plain=identity.is_plain(asked)), "")
    key_hash = tokens.hash_visitor_key(site_id, key) if key else None
    if key_hash is None or is_key_revoked(site_id, key_hash):
        key = tokens.new_visitor_key(site_id)
        key_hash = tokens.hash_visitor_key(site_id, key)
    return key, key_hash or ""


# What a browser remembers of somebody who wants to be left alone: nothing that tells two
# of them apart, and only after they have said so.


def _quiet_name(asked: Asked, site_id: int) -> str:
    prefix = "" if identity.is_plain(asked) else "__Host-"
    return f"{prefix}livechat-quiet-{site_id}"


def _is_quiet(asked: Asked, site_id: int) -> bool:
    choice = consent_cookies.read(site_id, identity.choice_cookie(asked, site_id))
    return _quiet_name(asked, site_id) in asked.cookies or (choice is not None and choice.never)


def _quiet(asked: Asked, site_id: int, answer: Answer) -> list[str]:
    """Silent for the visit; after “never again” in the choice, or where there is none, so."""
    if answer is Answer.NEVER:
        kept = consent.remember_never(asked, site_id)
        if kept:
            return kept
    seconds = QUIET_SECONDS if answer is Answer.NEVER else None
    return [cookie(asked, _quiet_name(asked, site_id), "1", seconds)]


def _json(body: dict[str, Any], cookies: list[str] | None = None) -> Response:
    return Response(
        status=200,
        body=msgspec.json.encode(body),
        headers=JSON_HEADERS,
        cookies=cookies or [],
    )
