"""The public addresses in front of Django: no middleware, no thread for one who waits.

A poll through Django's default middleware costs fifty times as much as this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from wagtail_livechat.errors import Silent
from wagtail_livechat.protocol.values import MAX_EXCHANGE

from . import endpoints, process, visit_exchange
from .requests import NO_CONTENT, Response, SameHeaders, encoded, refusal, request_in

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def serve(name: str, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer one request to the address called ``name``."""
    running = process.serving() or await process.current()
    try:
        body = await running.patience.wait(_body(receive))
    except TimeoutError:
        await _send(refusal(Silent(), ""), send, is_head=False)
        return
    except _Gone:
        return
    in_the_loop = IN_THE_LOOP.get(name)
    if in_the_loop is None:
        response = await running.read(endpoints.answer, name, request_in(scope, body))
    else:
        try:
            response = await in_the_loop(running, scope, body)
        except Exception as error:
            response = refusal(error, request_in(scope, None).language)
    await _send(response, send, is_head=scope["method"] == "HEAD")


IN_THE_LOOP: Final = {"visit_exchange": visit_exchange.serve}
"""What is asked so often that it must not cost a thread."""


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
        part: bytes = message.get("body", b"")
        length += len(part)
        if length > MAX_EXCHANGE:
            return None
        if not message.get("more_body", False):
            return b"".join((*parts, part)) if parts else part
        parts.append(part)


async def _send(response: Response, send: Send, *, is_head: bool) -> None:
    same = response.headers
    headers = same.encoded if isinstance(same, SameHeaders) else tuple(encoded(same))
    if response.cookies:
        headers += tuple((b"set-cookie", each.encode("latin-1")) for each in response.cookies)
    if response.status != NO_CONTENT:
        headers += ((b"content-length", b"%d" % len(response.body)),)
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else response.body})
