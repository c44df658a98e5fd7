"""The public addresses, apart from any framework: a request comes in, a response goes out.

Served by the thin ASGI application in front of Django (:mod:`.http`), and by plain views
under WSGI (:mod:`.views`): the same checks in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from wagtail_livechat import tokens
from wagtail_livechat.conf import configuration
from wagtail_livechat.conversations import actions
from wagtail_livechat.errors import IdentityMissing, NotOffered
from wagtail_livechat.protocol.values import MAX_EXCHANGE, MAX_FRAME
from wagtail_livechat.site_settings.queries import settings_for
from wagtail_livechat.visitors import actions as visitors
from wagtail_livechat.visitors.queries import is_key_revoked, visitor_by_key

from . import (
    availability,
    consent,
    exchange,
    greetings,
    identity,
    limits,
    refusals,
    visit_exchange,
)
from .requests import (
    JSON_HEADERS,
    OK,
    NoJson,
    Request,
    Response,
    WrongMethod,
    cookie,
    demand_empty,
    demand_post,
    refusal,
    told,
)
from .speakers import VisitorSpeaker
from .threads import guarded

__all__ = ["ENDPOINTS", "NoJson", "Request", "Response", "answer", "refusal", "told"]

AVAILABILITY_SECONDS: Final = 1
_LONGEST_QUERY: Final = 400


def answer(name: str, request: Request) -> Response:
    """Answer one of :data:`ENDPOINTS`; every refusal has a code, and none a traceback."""
    try:
        return guarded(_answer, name, request)
    except Exception as error:
        return refusal(error, request.language)


def _answer(name: str, request: Request) -> Response:
    identity.learn_sites()
    endpoint = ENDPOINTS[name]
    if request.method not in endpoint.methods:
        raise WrongMethod(allowed=sorted(endpoint.methods))
    return endpoint.serve(request)


def _serve_availability(request: Request) -> Response:
    site = identity.site_of(request.asked)
    headers = {
        "Cache-Control": f"public, max-age={AVAILABILITY_SECONDS}",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "application/json",
    }
    if site is None:
        return Response(status=404, body=b'{"code":"not_found"}', headers=headers)
    return Response(
        status=200,
        body=_STANDINGS[availability.standing_at(_place(request, site.id))],
        headers=headers,
    )


_STANDINGS: Final = {
    availability.Standing(available, signpost): json.dumps(
        {"available": available, "signpost": signpost}, separators=(",", ":")
    ).encode()
    for available in (True, False)
    for signpost in (True, False)
}


def _place(request: Request, site_id: int) -> availability.Place:
    """Where it is asked: ``?language=fr&page=…``, both by what the page says of itself."""
    asked = dict(parse_qsl(request.query[:_LONGEST_QUERY])) if request.query else {}
    return availability.Place(
        site_id,
        refusals.known_language(asked.get("language", "")),
        availability.page_of(site_id, asked.get("page")),
    )


def _serve_start(request: Request) -> Response:
    """Give the browser its key, or the one it has for another day."""
    site_id, body = demand_post(request)
    demand_empty(body)
    limits.charge(limits.connection_rate(), identity.network_of(request.asked))
    if not settings_for(site_id).enabled:
        raise NotOffered
    name = identity.cookie_name(site_id, plain=identity.is_plain(request.asked))
    key = request.asked.cookies.get(name, "")
    key_hash = tokens.hash_visitor_key(site_id, key) if key else None
    if key_hash is None or is_key_revoked(site_id, key_hash):
        key = tokens.new_visitor_key(site_id)
    else:
        visitor = visitor_by_key(site_id, key_hash)
        if visitor is not None and visitor.rotate_key:
            key = tokens.new_visitor_key(site_id)
            fresh = tokens.hash_visitor_key(site_id, key) or ""
            exchange.write(
                lambda: visitors.rotate_key(site_id=site_id, old_hash=key_hash, new_hash=fresh)
            )
    return Response(
        status=200,
        body=OK,
        headers=JSON_HEADERS,
        cookies=[cookie(request.asked, name, key, configuration().visitor_key_hours * 3_600)],
    )


def _demand_speaker(request: Request, most: int = MAX_FRAME) -> tuple[VisitorSpeaker, bytes]:
    site_id, body = demand_post(request, most)
    key_hash = identity.visitor_key_hash(request.asked, site_id)
    if key_hash is None:
        raise IdentityMissing
    network = identity.network_of(request.asked)
    speaker = VisitorSpeaker(
        site_id=site_id,
        key_hash=key_hash,
        network=network,
        visit_key_hash=identity.visit_key_hash(request.asked, site_id),
    )
    return speaker, body


def _serve_exchange(request: Request) -> Response:
    speaker, body = _demand_speaker(request, MAX_EXCHANGE)
    return told(exchange.exchange_as_visitor(speaker, body))


def _serve_forget(request: Request) -> Response:
    speaker, body = _demand_speaker(request)
    demand_empty(body)
    limits.charge(limits.ACT, speaker.key_hash)
    exchange.write(lambda: actions.forget(site_id=speaker.site_id, key_hash=speaker.key_hash))
    name = identity.cookie_name(speaker.site_id, plain=identity.is_plain(request.asked))
    return Response(
        status=200,
        body=OK,
        headers=JSON_HEADERS,
        cookies=[cookie(request.asked, name, "", 0)],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One public address."""

    methods: frozenset[str]
    serve: Callable[[Request], Response]


_READ: Final = frozenset({"GET", "HEAD"})
_POST: Final = frozenset({"POST"})

ENDPOINTS: Final = {
    "availability": Endpoint(methods=_READ, serve=_serve_availability),
    "start": Endpoint(methods=_POST, serve=_serve_start),
    "exchange": Endpoint(methods=_POST, serve=_serve_exchange),
    "forget": Endpoint(methods=_POST, serve=_serve_forget),
    "consent": Endpoint(methods=_POST, serve=consent.serve_choice),
    "visit": Endpoint(methods=_POST, serve=consent.serve_visit),
    "visit_exchange": Endpoint(methods=_POST, serve=visit_exchange.serve_plainly),
    "greetings_hold": Endpoint(methods=_POST, serve=greetings.serve_hold),
    "greetings_answer": Endpoint(methods=_POST, serve=greetings.serve_answer),
}
