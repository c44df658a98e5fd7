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
    try:
        body = await running.patience.wait(_body(receive))
    except TimeoutError:
        response = refusal(Silent(), "")
    except _Gone:
        return
    else:
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
