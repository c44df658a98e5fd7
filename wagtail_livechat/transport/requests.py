"""What comes in at the public addresses and what goes out, apart from any framework."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import msgspec
from django.conf import settings
from django.http import HttpResponse

from wagtail_livechat.errors import BadCommand, LiveChatError, TooBig
from wagtail_livechat.protocol import codec, updates
from wagtail_livechat.protocol.values import MAX_FRAME

from . import identity, refusals
from .identity import Asked


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What the public addresses need of a request. ``body`` is ``None`` if it was too long;
    ``query`` is what stands behind the question mark."""

    method: str
    asked: Asked
    content_type: str = ""
    accept_language: str = ""
    prefer: str = ""
    body: bytes | None = b""
    query: str = ""

    @property
    def language(self) -> str:
        """The language that the browser asks for first, if it is one of ours."""
        first = self.accept_language.partition(",")[0].partition(";")[0].strip()
        return refusals.known_language(first or settings.LANGUAGE_CODE)

    @property
    def wants_little(self) -> bool:
        """Whether an empty answer will do where there is nothing to be told (RFC 7240)."""
        return "return=minimal" in self.prefer.lower()


def request_in(scope: Mapping[str, Any], body: bytes | None) -> Request:
    """Read an ASGI scope."""
    headers = identity.Headers(scope)
    return Request(
        method=scope["method"],
        asked=identity.asked_with(headers, scope),
        content_type=headers.one(b"content-type"),
        accept_language=headers.one(b"accept-language"),
        prefer=headers.one(b"prefer"),
        body=body,
        query=scope.get("query_string", b"").decode("latin-1"),
    )


class Response(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What to answer; cookies as whole ``Set-Cookie`` values."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    cookies: list[str] = []

    @cached_property
    def encoded_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """All headers, as ASGI takes them."""
        named = [*self.headers.items(), *(("set-cookie", cookie) for cookie in self.cookies)]
        if self.status != NO_CONTENT:
            named.append(("content-length", str(len(self.body))))
        return tuple(
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named
        )


class NoJson(BadCommand):
    """The body must say that it is JSON: a form of another site cannot."""

    code = "not_json"
    status = 415


class WrongMethod(BadCommand):
    code = "wrong_method"
    status = 405


JSON: Final = "application/json"
PRIVATE: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
JSON_HEADERS: Final = PRIVATE | {"Content-Type": JSON}
OK: Final = b'{"ok":true}'
NO_CONTENT: Final = 204


def refusal(error: Exception, language: str) -> Response:
    """A refusal as a response."""
    if isinstance(error, codec.BadFrame):
        error = refusals.of_frame(error)
    worded = refusals.refused(error, language)
    headers = dict(JSON_HEADERS)
    if worded.retry_ms:
        headers["Retry-After"] = str(math.ceil(worded.retry_ms / 1_000))
    if isinstance(error, WrongMethod):
        headers["Allow"] = ", ".join(error.names["allowed"])
    status = error.status if isinstance(error, LiveChatError) else 500
    return Response(status=status, body=codec.encode_many([worded]), headers=headers)


def told(many: list[updates.Update]) -> Response:
    """Updates as a response."""
    return Response(status=200, body=codec.encode_many(many), headers=JSON_HEADERS)


class Empty(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request that has nothing to say."""


def demand_post(request: Request, most: int = MAX_FRAME) -> tuple[int, bytes]:
    """The site that is asked, and the body. The origin comes first: nobody else is answered."""
    site = identity.demand_visitor_site(request.asked)
    if request.content_type.partition(";")[0].strip().lower() != JSON:
        raise NoJson
    if request.body is None or len(request.body) > most:
        raise TooBig
    return site.id, request.body


def demand_empty(body: bytes) -> None:
    """There is nothing more to say than that it is meant."""
    try:
        msgspec.json.decode(body or b"{}", type=Empty)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadCommand from error


def cookie(
    asked: Asked, name: str, value: str, seconds: int | None, *, is_readable: bool = False
) -> str:
    """A ``Set-Cookie`` value; zero seconds take the cookie away, none let
    it end with the browser. ``is_readable``: by the page's scripts."""
    jar = HttpResponse()
    jar.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=not identity.is_plain(asked),
        httponly=not is_readable,
        samesite="Lax",
    )
    return jar.cookies[name].OutputString()
