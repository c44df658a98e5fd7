"""The bookshop with two addresses that run a query of one second (PostgreSQL).

`/block/host/` runs it where Channels and Django run all synchronous code outside a request: in
the one thread that everybody shares. `/block/reader/` runs it in a reading thread of the chat.
"""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async

from example_site.asgi import application as bookshop
from wagtail_livechat.transport import process


def sleep_in_database() -> None:
    """A query that takes a second."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")


async def application(scope: Any, receive: Any, send: Any) -> None:
    path = scope.get("path", "")
    if scope["type"] == "http" and path.startswith("/block/"):
        if path == "/block/host/":
            await sync_to_async(sleep_in_database)()
        else:
            await (await process.current()).read(sleep_in_database)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    await bookshop(scope, receive, send)
