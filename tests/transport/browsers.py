"""Browsers without a browser: they speak ASGI with the application, in this process."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.asgi import get_asgi_application

from tests.factories import Agent, VisitorInBrowser, make_visitor, new_ref
from wagtail_livechat.agents import actions as agent_actions
from wagtail_livechat.asgi import livechat
from wagtail_livechat.transport import process

PATIENCE = 10.0
"""How long to wait for what must come. Long, because a machine may be busy."""

application = livechat(get_asgi_application())


def story(function: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an asynchronous test beside the database of this thread."""

    @functools.wraps(function)
    def test(*args: Any, **kwargs: Any) -> None:
        async_to_sync(_tell)(function, args, kwargs)

    return test


async def _tell(function: Callable[..., Awaitable[None]], args: Any, kwargs: Any) -> None:
    try:
        await asyncio.wait_for(function(*args, **kwargs), 6 * PATIENCE)
    finally:
        for line in list(Line.all):
            await line.hang_up()
        running = process.running()
        if running is not None:
            await running.stop()


async def in_database(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do something beside the story, as another request would."""
    return await sync_to_async(function, thread_sensitive=True)(*args, **kwargs)


class Line:
    """One WebSocket, as the server's side of it looks to an application."""

    all: set[Line] = set()

    def __init__(self, path: str, *headers: tuple[str, str], client: str = "203.0.113.9") -> None:
        self.told: list[dict[str, Any]] = []
        self.close_code: int | None = None
        self.is_accepted = False
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        self._reads = asyncio.Event()
        self._reads.set()
        self._scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "ws",
            "headers": [
                (name.lower().encode(), value.encode("latin-1")) for name, value in headers
            ],
            "client": (client, 40_000),
            "subprotocols": [],
        }
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> bool:
        """Shake hands; whether the server lets us in."""
        Line.all.add(self)
        self._heard.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(
            application(self._scope, self._heard.get, self._send)  # type: ignore[arg-type]
        )
        await self._until(lambda: self.is_accepted or self.close_code is not None)
        return self.is_accepted

    async def _send(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "websocket.accept":
                self.is_accepted = True
            case "websocket.send":
                await self._reads.wait()
                self.told.append(json.loads(message["text"]))
            case "websocket.close":
                if self.close_code is None:
                    self.close_code = message.get("code", 1000)
                    self._heard.put_nowait({"type": "websocket.disconnect", "code": 1005})
        self._news.set()

    def stop_reading(self) -> None:
        """Leave what is sent lying in the network."""
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()

    def say_raw(self, text: str | None = None, data: bytes | None = None) -> None:
        """Send a frame as it is."""
        self._heard.put_nowait({"type": "websocket.receive", "text": text, "bytes": data})

    def say(self, **command: Any) -> None:
        """Send a command."""
        self.say_raw(json.dumps(command))

    async def _until(self, is_true: Callable[[], Any]) -> Any:
        async def wait() -> Any:
            while not (found := is_true()):
                self._news.clear()
                if self._task is not None and self._task.done():
                    self._task.result()
                    if not (found := is_true()):
                        raise AssertionError(f"The line ended; told: {self.told}")
                    return found
                await self._news.wait()
            return found

        try:
            return await asyncio.wait_for(wait(), PATIENCE)
        except TimeoutError:
            raise AssertionError(f"Never came; told: {self.told}") from None

    async def hears(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The first update of this kind with these values; waits for it."""

        def found() -> dict[str, Any] | None:
            for update in self.told:
                if update["type"] == kind and all(
                    _reach(update, path) == value for path, value in wanted.items()
                ):
                    return update
            return None

        return await self._until(found)  # type: ignore[no-any-return]

    async def hears_number(self, kind: str, number: int) -> list[dict[str, Any]]:
        """That many updates of this kind; waits for them."""
        await self._until(lambda: len(self.all_of(kind)) >= number)
        return self.all_of(kind)

    def all_of(self, kind: str) -> list[dict[str, Any]]:
        """What was told of this kind so far."""
        return [update for update in self.told if update["type"] == kind]

    def forgets_what_it_heard(self) -> None:
        self.told.clear()

    async def is_closed(self) -> int:
        """Waits for the end; the close code."""
        await self._until(lambda: self.close_code is not None)
        assert self.close_code is not None
        return self.close_code

    async def hang_up(self) -> None:
        """Go, as a closed tab does."""
        Line.all.discard(self)
        if self._task is not None and not self._task.done():
            self._reads.set()
            self._heard.put_nowait({"type": "websocket.disconnect", "code": 1001})
            await asyncio.wait_for(self._task, PATIENCE)


def _reach(update: dict[str, Any], path: str) -> Any:
    """``message__text`` in an update."""
    value: Any = update
    for part in path.split("__"):
        value = value.get(part) if isinstance(value, dict) else None
    return value


class VisitorBrowser(Line):
    """A visitor's tab with the panel open."""

    def __init__(
        self,
        site: Any,
        person: VisitorInBrowser | None = None,
        *,
        origin: str | None = None,
        client: str = "203.0.113.9",
        also: str = "",
    ) -> None:
        self.site = site
        self.person = person or make_visitor(site)
        self.also = also
        super().__init__(
            "/livechat/ws/",
            ("Host", site.hostname),
            ("Origin", origin or f"http://{site.hostname}"),
            ("Cookie", self.cookie),
            client=client,
        )

    @property
    def cookie(self) -> str:
        own = f"__Host-livechat-{self.site.pk}={self.person.key}"
        return f"{self.also}; {own}" if self.also else own

    async def says_hello(self, since: int = 0) -> dict[str, Any]:
        """Open, greet, and hear the state as it stands."""
        if not self.is_accepted:
            assert await self.open()
        self.say(type="hello", v=1, language="en", since=since)
        return await self.hears("ready")

    async def sends(self, text: str, ref: str | None = None) -> dict[str, Any]:
        """Say something, and wait until it is stored."""
        ref = ref or new_ref()
        self.say(type="message.send", ref=ref, text=text)
        return await self.hears("ack", ref=ref)

    async def another_tab(self) -> VisitorBrowser:
        tab = VisitorBrowser(self.site, self.person)
        await tab.says_hello()
        return tab


def make_session(user: Any) -> Any:
    """A session as a login makes it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session


class StaffBrowser(Line):
    """An agent's tab with the console open."""

    def __init__(self, site: Any, user: Any, session_key: str, ticket: str) -> None:
        self.user = user
        self.session_key = session_key
        self.ticket = ticket
        super().__init__(
            "/livechat/staff/ws/",
            ("Host", site.hostname),
            ("Origin", f"http://{site.hostname}"),
            ("Cookie", f"{settings.SESSION_COOKIE_NAME}={session_key}"),
        )

    @classmethod
    async def of(cls, site: Any, agent: Agent | Any, session: Any = None) -> StaffBrowser:
        """A console with a fresh ticket."""
        user = agent.user if isinstance(agent, Agent) else agent

        def prepare() -> tuple[str, str]:
            held = session or make_session(user)
            key = str(held.session_key)
            return key, agent_actions.issue_ticket(user_id=user.pk, session_key=key)

        return cls(site, user, *await in_database(prepare))

    async def says_hello(self, *cursors: dict[str, Any]) -> dict[str, Any]:
        """Open, greet, and hear the lists as they stand."""
        if not self.is_accepted:
            assert await self.open()
        self.say(type="staff.hello", v=1, ticket=self.ticket, open=list(cursors))
        return await self.hears("staff.ready")

    async def asks(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """Ask for something, and hear what becomes of it."""
        ref = fields.pop("ref", None) or new_ref()
        self.say(type=kind, ref=ref, **fields)

        def found() -> dict[str, Any] | None:
            return next((update for update in self.told if update.get("ref") == ref), None)

        return await self._until(found)  # type: ignore[no-any-return]

    async def opens(self, conversation_id: str) -> dict[str, Any]:
        return await self.asks("conversation.open", conversation=conversation_id)

    async def picks_up(self, conversation_id: str) -> dict[str, Any]:
        return await self.asks("conversation.pick_up", conversation=conversation_id)

    async def replies(self, conversation_id: str, text: str, **more: Any) -> dict[str, Any]:
        return await self.asks("reply.send", conversation=conversation_id, text=text, **more)


class Answer:
    """What a request was answered with."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.headers = {name.decode().lower(): value.decode() for name, value in headers}
        self.body = body
        self.cookies = SimpleCookie()
        for name, value in headers:
            if name.lower() == b"set-cookie":
                self.cookies.load(value.decode())

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def updates(self) -> list[dict[str, Any]]:
        return list(self.json["updates"])

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [update for update in self.updates if update["type"] == kind]


async def request(
    path: str,
    *headers: tuple[str, str],
    method: str = "POST",
    body: bytes | list[bytes] = b"",
    client: str = "203.0.113.9",
) -> Answer:
    """One HTTP request; a list of bytes comes in chunks without a length."""
    chunks = [body] if isinstance(body, bytes) else list(body)
    taken = 0
    parts: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken >= len(chunks):
            await asyncio.Event().wait()  # the browser listens now
        taken += 1
        return {
            "type": "http.request",
            "body": chunks[taken - 1],
            "more_body": taken < len(chunks),
        }

    async def send(message: dict[str, Any]) -> None:
        parts.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path.partition("?")[0],
        "raw_path": path.partition("?")[0].encode(),
        "query_string": path.partition("?")[2].encode(),
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
        "client": (client, 40_000),
        "server": ("127.0.0.1", 80),
    }
    await application(scope, receive, send)
    answer = Answer(
        parts[0]["status"],
        list(parts[0].get("headers", [])),
        b"".join(part.get("body", b"") for part in parts[1:]),
    )
    answer.headers["x-chunks-taken"] = str(taken)
    return answer


async def post(site: Any, path: str, body: Any, *headers: tuple[str, str], **more: Any) -> Answer:
    """A request as the widget makes it."""
    raw = body if isinstance(body, bytes | list) else json.dumps(body).encode()
    return await request(
        path,
        ("Host", site.hostname),
        ("Origin", f"http://{site.hostname}"),
        ("Content-Type", "application/json"),
        *headers,
        body=raw,
        **more,
    )


async def polls(
    browser: VisitorBrowser, *commands: dict[str, Any], since: int = 0, **more: Any
) -> Answer:
    """What a visitor does where sockets do not get through."""
    hello = {"type": "hello", "v": 1, "language": "en", "since": since}
    return await post(
        browser.site,
        "/livechat/exchange/",
        {"hello": hello, "commands": list(commands)},
        ("Cookie", browser.cookie),
        **more,
    )
