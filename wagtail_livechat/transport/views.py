"""The public addresses as plain views, for servers that speak WSGI only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from wagtail_livechat.protocol.values import MAX_EXCHANGE

from . import endpoints, identity
from .endpoints import Request, Response


def _serve(name: str, request: HttpRequest) -> HttpResponse:
    return as_django(
        endpoints.answer(
            name,
            Request(
                method=request.method or "",
                asked=identity.asked_by(request.META),
                content_type=request.META.get("CONTENT_TYPE", ""),
                accept_language=request.META.get("HTTP_ACCEPT_LANGUAGE", ""),
                prefer=request.META.get("HTTP_PREFER", ""),
                body=body_of(request),
                query=request.META.get("QUERY_STRING", ""),
            ),
        )
    )


def body_of(request: HttpRequest) -> bytes | None:
    """The body; ``None`` if it is longer than we read."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_EXCHANGE:
            return None
    except ValueError:
        return None
    body = request.read(MAX_EXCHANGE + 1)
    return body if len(body) <= MAX_EXCHANGE else None


def as_django(response: Response) -> HttpResponse:
    """Our response as Django's."""
    made = HttpResponse(response.body, status=response.status, headers=response.headers)
    for cookie in response.cookies:
        made.cookies.load(cookie)
    return made


# The origin is checked instead of a token: pages are cached, and carry none.


def availability(request: HttpRequest) -> HttpResponse:
    """``GET availability/``: whether somebody can answer now."""
    return _serve("availability", request)


@csrf_exempt
def start(request: HttpRequest) -> HttpResponse:
    """``POST start/``: on the visitor's click, a key."""
    return _serve("start", request)


@csrf_exempt
def exchange(request: HttpRequest) -> HttpResponse:
    """``POST exchange/``: commands in, updates out."""
    return _serve("exchange", request)


@csrf_exempt
def forget(request: HttpRequest) -> HttpResponse:
    """``POST forget/``: end the conversation, and forget the key."""
    return _serve("forget", request)


@csrf_exempt
def consent(request: HttpRequest) -> HttpResponse:
    """``POST consent/``: what a visitor chose, and the cookie that says so."""
    return _serve("consent", request)


@csrf_exempt
def visit(request: HttpRequest) -> HttpResponse:
    """``POST visit/``: a key for the visit of somebody who agreed to live assistance."""
    return _serve("visit", request)


@csrf_exempt
def visit_exchange(request: HttpRequest) -> HttpResponse:
    """``POST visit/exchange/``: what a visit's tab does where sockets do not get through."""
    return _serve("visit_exchange", request)


@csrf_exempt
def greetings_hold(request: HttpRequest) -> HttpResponse:
    """``POST greetings/hold/``: keep a place for who is about to be greeted."""
    return _serve("greetings_hold", request)


@csrf_exempt
def greetings_answer(request: HttpRequest) -> HttpResponse:
    """``POST greetings/answer/``: accept, no thanks, or never again."""
    return _serve("greetings_answer", request)


@csrf_exempt
def upgrade_required(request: HttpRequest) -> HttpResponse:
    """A socket's address, asked for without a socket."""
    return HttpResponse(
        b"", status=426, headers={"Upgrade": "websocket", "Cache-Control": "no-store"}
    )
