"""The public addresses in front of Django: no middleware, no thread for one who waits.

A poll through Django's default middleware costs fifty times as much as this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from wagtail_livechat.errors import Silent
from wagtail_livechat.protocol.values import MAX_EXCHANGE

from . import endpoints, identity, process, visit_exchange
from .endpoints import Request, Response

BODY_WITHIN: Final = 20.0

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def serve(name: str, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer one request to the address called ``name``."""
    headers = {key: value for key, value in scope["headers"] if key in _READ}
    language = headers.get(b"accept-language", b"").decode("latin-1")
    try:
        async with asyncio.timeout(BODY_WITHIN):
            body = await _body(receive)
    except TimeoutError:
        await _send(endpoints.refusal(Silent(), ""), send, is_head=False)
        return
    except _Gone:
        return
    request = Request(
        method=scope["method"],
        asked=identity.asked_in(scope),
        content_type=headers.get(b"content-type", b"").decode("latin-1"),
        language=language.partition(",")[0].partition(";")[0].strip(),
        body=body,
        query=scope.get("query_string", b"").decode("latin-1"),
    )
    running = await process.current()
    if name in IN_THE_LOOP:
        response = await IN_THE_LOOP[name](running, request)
    else:
        response = await running.read(endpoints.answer, name, request)
    await _send(response, send, is_head=scope["method"] == "HEAD")


IN_THE_LOOP: Final = {"visit_exchange": visit_exchange.serve}
"""What is asked so often that it must not cost a thread."""

_READ: Final = frozenset({b"content-type", b"accept-language"})


class _Gone(Exception):
    """The browser hung up while it spoke."""


async def _body(receive: Receive) -> bytes | None:
    """The body, or ``None`` as soon as it is longer than we read."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        length += len(part)
        if length > MAX_EXCHANGE:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(response: Response, send: Send, *, is_head: bool) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    headers += [(b"set-cookie", cookie.encode("latin-1")) for cookie in response.cookies]
    headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else response.body})
