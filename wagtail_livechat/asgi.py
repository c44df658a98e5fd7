"""The two lines that a host adds to its ``asgi.py``::

    from wagtail_livechat.asgi import livechat
    application = livechat(application)

Below the line that makes ``application``: Django must be ready before this is imported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from channels.routing import ProtocolTypeRouter
from django.core.handlers.asgi import ASGIHandler
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils import translation

from .transport import http, process
from .transport.consumers import StaffSocket, VisitorSocket, VisitSocket
from .transport.endpoints import ENDPOINTS

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[Any]]

SOCKETS: dict[str, Application] = {
    "socket": VisitorSocket.as_asgi(),  # type: ignore[no-untyped-call]
    "visit_socket": VisitSocket.as_asgi(),  # type: ignore[no-untyped-call]
    "staff_socket": StaffSocket.as_asgi(),  # type: ignore[no-untyped-call]
}


class _Routes:
    """Our addresses, wherever the host included them; looked up once, when first asked."""

    def __init__(self) -> None:
        self._paths: dict[str, str] | None = None
        self.endpoints: dict[str, str] = {}
        """Those that take requests by their whole paths, as far as they were asked for."""

    def name_of(self, scope: Scope) -> str | None:
        if self._paths is None:
            self._paths = self._find()
        return self._paths.get(scope["path"].removeprefix(scope.get("root_path", "")))

    def endpoint_of(self, scope: Scope) -> str | None:
        """The same, and remember it."""
        name = self.name_of(scope)
        if name not in ENDPOINTS:
            return None
        self.endpoints[scope["path"]] = name
        return name

    def _find(self) -> dict[str, str]:
        paths = {}
        with translation.override(None):
            for name in (*SOCKETS, *ENDPOINTS):
                try:
                    path = reverse(f"wagtail_livechat:{name}")
                except NoReverseMatch:
                    return {}  # not included: a system check says so
                paths["/" + path.removeprefix(get_script_prefix())] = name
        return paths


def livechat(application: Application) -> Application:
    """``application`` with the chat in front of it: sockets, public addresses, lifespan."""
    routes = _Routes()
    endpoints = routes.endpoints
    is_plain = isinstance(application, ASGIHandler)
    takes_sockets = not is_plain and not (
        isinstance(application, ProtocolTypeRouter)
        and "websocket" not in application.application_mapping
    )

    async def with_livechat(scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                name = endpoints.get(scope["path"]) or routes.endpoint_of(scope)
                if name is not None:
                    await http.serve(name, scope, receive, send)
                    return
            case "websocket":
                name = routes.name_of(scope)
                if name in SOCKETS:
                    await SOCKETS[name](scope, receive, send)
                    return
                if not takes_sockets:
                    await receive()
                    await send({"type": "websocket.close"})
                    return
            case "lifespan":
                await _lifespan(None if is_plain else application, scope, receive, send)
                return
        await application(scope, receive, send)

    return with_livechat


async def _lifespan(
    application: Application | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Start before the server takes connections, and end after it has let go of them."""
    heard: list[Any] = []

    async def hear() -> Any:
        heard.append(await receive())
        return heard[-1]

    async def say(message: Any) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                await process.current()
            case "lifespan.shutdown.complete" | "lifespan.shutdown.failed":
                await _stop()
        await send(message)

    if application is not None:
        try:
            await application(scope, hear, say)
            return
        except Exception:
            if len(heard) > 1:
                raise
            # It has no lifespan of its own, and says so by failing.
    while True:
        message = heard.pop() if heard else await receive()
        if message["type"] == "lifespan.startup":
            await say({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await say({"type": "lifespan.shutdown.complete"})
            return


async def _stop() -> None:
    running = process.running()
    if running is not None:
        await running.stop()
