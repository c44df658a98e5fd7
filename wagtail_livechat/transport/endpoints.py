"""The public addresses, apart from any framework: a request comes in, a response goes out.

Served by the thin ASGI application in front of Django (:mod:`.http`), and by plain views
under WSGI (:mod:`.views`): the same checks in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec
from django.conf import settings
from django.http import HttpResponse

from wagtail_livechat import tokens
from wagtail_livechat.conf import configuration
from wagtail_livechat.conversations import actions
from wagtail_livechat.errors import (
    BadCommand,
    IdentityMissing,
    LiveChatError,
    NotOffered,
    RateLimited,
    TooBig,
)
from wagtail_livechat.protocol import codec, updates
from wagtail_livechat.protocol.values import MAX_EXCHANGE, MAX_FRAME
from wagtail_livechat.site_settings.queries import settings_for
from wagtail_livechat.visitors import actions as visitors
from wagtail_livechat.visitors.queries import is_key_revoked, visitor_by_key

from . import availability, exchange, identity, limits, refusals
from .identity import Asked
from .limits import buckets
from .speakers import VisitorSpeaker
from .threads import guarded

AVAILABILITY_SECONDS: Final = 1


class NoJson(BadCommand):
    """The body must say that it is JSON: a form of another site cannot."""

    code = "not_json"
    status = 415


class WrongMethod(BadCommand):
    code = "wrong_method"
    status = 405


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the public addresses need of a request. ``body`` is ``None`` if it was too long."""

    method: str
    asked: Asked
    content_type: str = ""
    language: str = ""
    body: bytes | None = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What to answer; cookies as whole ``Set-Cookie`` values."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)


class _Empty(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request that has nothing to say."""


def answer(name: str, request: Request) -> Response:
    """Answer one of :data:`ENDPOINTS`; every refusal has a code, and none a traceback."""
    language = refusals.known_language(request.language or settings.LANGUAGE_CODE)
    try:
        return guarded(_answer, name, request)
    except Exception as error:
        return refusal(error, language)


def _answer(name: str, request: Request) -> Response:
    identity.learn_sites()
    endpoint = ENDPOINTS[name]
    if request.method not in endpoint.methods:
        raise WrongMethod(allowed=sorted(endpoint.methods))
    return endpoint.serve(request)


def refusal(error: Exception, language: str) -> Response:
    """A refusal as a response."""
    worded = refusals.refused(error, language)
    headers = _PRIVATE | {"Content-Type": "application/json"}
    if worded.retry_ms:
        headers["Retry-After"] = str(math.ceil(worded.retry_ms / 1_000))
    if isinstance(error, WrongMethod):
        headers["Allow"] = ", ".join(error.names["allowed"])
    status = error.status if isinstance(error, LiveChatError) else 500
    return Response(status=status, body=codec.encode_many([worded]), headers=headers)


_PRIVATE: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_OK: Final = b'{"ok":true}'


def told(many: list[updates.Update]) -> Response:
    """Updates as a response."""
    return Response(
        status=200,
        body=codec.encode_many(many),
        headers=_PRIVATE | {"Content-Type": "application/json"},
    )


def _demand_post(request: Request, most: int = MAX_FRAME) -> tuple[int, bytes]:
    """The site that is asked, and the body. The origin comes first: nobody else is answered."""
    site = identity.demand_visitor_site(request.asked)
    if request.content_type.partition(";")[0].strip().lower() != "application/json":
        raise NoJson
    if request.body is None or len(request.body) > most:
        raise TooBig
    return site.id, request.body


def _demand_empty(body: bytes) -> None:
    try:
        msgspec.json.decode(body or b"{}", type=_Empty)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadCommand from error


def _serve_availability(request: Request) -> Response:
    site = identity.site_of(request.asked)
    headers = {
        "Cache-Control": f"public, max-age={AVAILABILITY_SECONDS}",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "application/json",
    }
    if site is None:
        return Response(status=404, body=b'{"code":"not_found"}', headers=headers)
    available = availability.is_available(site.id)
    body = b'{"available":true}' if available else b'{"available":false}'
    return Response(status=200, body=body, headers=headers)


def _serve_start(request: Request) -> Response:
    """Give the browser its key, or the one it has for another day."""
    site_id, body = _demand_post(request)
    _demand_empty(body)
    wait = buckets.take(limits.connection_rate(), identity.network_of(request.asked))
    if wait:
        raise RateLimited(retry_ms=wait)
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
        body=_OK,
        headers=_PRIVATE | {"Content-Type": "application/json"},
        cookies=[_cookie(request.asked, name, key, configuration().visitor_key_hours * 3_600)],
    )


def _cookie(asked: Asked, name: str, value: str, seconds: int) -> str:
    """A ``Set-Cookie`` value; zero seconds take the cookie away."""
    jar = HttpResponse()
    jar.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=not identity.is_plain(asked),
        httponly=True,
        samesite="Lax",
    )
    return jar.cookies[name].OutputString()


def _demand_speaker(request: Request, most: int = MAX_FRAME) -> tuple[VisitorSpeaker, bytes]:
    site_id, body = _demand_post(request, most)
    key_hash = identity.visitor_key_hash(request.asked, site_id)
    if key_hash is None:
        raise IdentityMissing
    network = identity.network_of(request.asked)
    return VisitorSpeaker(site_id=site_id, key_hash=key_hash, network=network), body


def _serve_exchange(request: Request) -> Response:
    speaker, body = _demand_speaker(request, MAX_EXCHANGE)
    return told(exchange.exchange_as_visitor(speaker, body))


def _serve_forget(request: Request) -> Response:
    speaker, body = _demand_speaker(request)
    _demand_empty(body)
    wait = buckets.take(limits.ACT, speaker.key_hash)
    if wait:
        raise RateLimited(retry_ms=wait)
    exchange.write(lambda: actions.forget(site_id=speaker.site_id, key_hash=speaker.key_hash))
    name = identity.cookie_name(speaker.site_id, plain=identity.is_plain(request.asked))
    return Response(
        status=200,
        body=_OK,
        headers=_PRIVATE | {"Content-Type": "application/json"},
        cookies=[_cookie(request.asked, name, "", 0)],
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
}
