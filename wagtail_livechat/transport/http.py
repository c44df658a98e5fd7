"""The public addresses in front of Django: no middleware, no thread for one who waits.

A poll through Django's default middleware costs fifty times as much as this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from wagtail_livechat.errors import Silent
from wagtail_livechat.protocol.values import MAX_EXCHANGE

from . import endpoints, process, visit_exchange
from .requests import Response, refusal, request_in

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def serve(name: str, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer one request to the address called ``name``."""
    running = process.serving() or await process.current()
    patience = running.patience
    waiting = patience.begin()
    try:
        message = await receive()
        part: bytes = message.get("body", b"")
        is_over = message["type"] == "http.request" and not message.get("more_body")
        is_whole = is_over and len(part) <= MAX_EXCHANGE
        body = part if is_whole else await _read_on(message, receive)
    except BaseException as error:
        if patience.end(waiting, error):
            response = refusal(Silent(), "")
        elif isinstance(error, _Gone):
            return
        else:
            raise
    else:
        patience.end(waiting)
        try:
            in_the_loop = IN_THE_LOOP.get(name)
            if in_the_loop is not None:
                made = in_the_loop(running, scope, body)
                response = made if isinstance(made, Response) else await made
            else:
                response = await running.read(endpoints.answer, name, request_in(scope, body))
        except Exception as error:
            response = refusal(error, request_in(scope, None).language)
    headers = response.encoded_headers
    # A message made anew each time: what stands in front of us may put its own headers in.
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    is_head = scope["method"] == "HEAD"
    await send({"type": "http.response.body", "body": b"" if is_head else response.body})


IN_THE_LOOP: Final = {"visit_exchange": visit_exchange.serve}
"""What is asked so often that it must not cost a thread."""


class _Gone(Exception):
    """The browser hung up while it spoke."""


async def _read_on(message: dict[str, Any], receive: Receive) -> bytes | None:
    """The body that begins with this message, or ``None`` as soon as it is longer than we read."""
    parts: list[bytes] = []
    length = 0
    while message["type"] != "http.disconnect":
        part: bytes = message.get("body", b"")
        length += len(part)
        if length > MAX_EXCHANGE:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
        message = await receive()
    raise _Gone
