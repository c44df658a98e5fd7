"""An agent at work, without a browser: logs in as staff do, and speaks the staff's socket."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.browser.people import PASSWORD

Update = dict[str, Any]


class WiredAgent:
    """One agent, present and available until the block ends."""

    def __init__(self, url: str, username: str) -> None:
        self._url = url
        self._cookies = CookieJar()
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(self._cookies))
        self._heard = threading.Condition()
        self._open = ExitStack()
        self.updates: list[Update] = []
        # Done again and again while the agent waits. A browser's sockets that a test holds in
        # its hands carry something only while the browser is asked for something.
        self.meanwhile: Callable[[], None] | None = None
        self._log_in(username)
        self._socket: ClientConnection = self._connect()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for(lambda update: update["type"] == "staff.ready")

    # What an agent does.

    def become(self, availability: str, capacity: int = 50) -> None:
        self.ask("availability.set", availability=availability, capacity=capacity)

    def pick_up(self, conversation: str) -> None:
        self.ask("conversation.pick_up", conversation=conversation)

    def reply(self, conversation: str, text: str) -> Update:
        return self.ask("reply.send", conversation=conversation, text=text)

    def close_conversation(self, conversation: str) -> None:
        self.ask("conversation.close", conversation=conversation)

    def follow(self, conversation: str) -> Update:
        """Open a conversation; its thread so far."""
        return self.ask("conversation.open", conversation=conversation)

    def has_read(self, conversation: str, seq: int) -> None:
        self.say("thread.mark_read", conversation=conversation, seq=seq)

    def writes(self, conversation: str, active: bool = True) -> None:
        self.say("reply.typing", conversation=conversation, active=active)

    # What an agent sees.

    def sees_conversation(self, *, with_text: str) -> str:
        """Wait until a conversation of this site shows ``with_text`` last; its id."""

        def shows(update: Update) -> bool:
            return update["type"] == "card.changed" and with_text in update["card"]["excerpt"]

        return str(self.wait_for(shows)["card"]["id"])

    def sees_card(self, conversation: str, fits: Callable[[Update], bool]) -> Update:
        """Wait until the conversation's card is as told."""

        def shows(update: Update) -> bool:
            return (
                update["type"] == "card.changed"
                and update["card"]["id"] == conversation
                and fits(update["card"])
            )

        card: Update = self.wait_for(shows)["card"]
        return card

    def texts_of(self, conversation: str) -> list[str]:
        """Everything that was said, as the server has it."""
        thread = self.follow(conversation)
        return [each["text"] for each in thread["messages"] if each["kind"] != "notice"]

    def wait_for(self, fits: Callable[[Update], bool], *, within: float = 45) -> Update:
        """The first update, of all that were heard so far, that fits."""

        def found() -> Update | None:
            return next((update for update in self.updates if fits(update)), None)

        ends = monotonic() + within
        while self.meanwhile is not None and found() is None and monotonic() < ends:
            self.meanwhile()
        with self._heard:
            update = self._heard.wait_for(found, timeout=ends - monotonic())
        assert update, f"never heard; the last were {[u['type'] for u in self.updates[-8:]]}"
        return update

    def ask(self, tag: str, **fields: object) -> Update:
        """Ask, and return what answers."""
        ref = str(uuid.uuid4())
        self.say(tag, ref=ref, **fields)
        answer = self.wait_for(lambda update: update.get("ref") == ref)
        assert answer["type"] != "refused", answer
        return answer

    def say(self, tag: str, **fields: object) -> None:
        self._socket.send(json.dumps({"type": tag, **fields}))

    def leave(self) -> None:
        self._open.close()
        self._reader.join(5)

    # How it gets there.

    def _log_in(self, username: str) -> None:
        page = f"{self._url}/admin/login/"
        with self._opener.open(page) as answer:
            token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
        assert token
        form = {"csrfmiddlewaretoken": token[1], "username": username, "password": PASSWORD}
        with self._opener.open(
            Request(page, urlencode(form).encode(), {"Referer": page})
        ) as answer:
            assert "login" not in answer.url, f"{username} could not log in"

    def _cookie(self, name: str) -> str:
        return next(str(cookie.value) for cookie in self._cookies if cookie.name == name)

    def _ticket(self) -> dict[str, str]:
        headers = {
            "X-CSRFToken": self._cookie("csrftoken"),
            "Content-Type": "application/json",
            "Origin": self._url,
        }
        request = Request(f"{self._url}/admin/livechat/ticket/", b"{}", headers)
        with self._opener.open(request) as answer:
            ticket: dict[str, str] = json.load(answer)
            return ticket

    def _connect(self) -> ClientConnection:
        ticket = self._ticket()
        line = connect(
            f"ws://{urlsplit(self._url).netloc}{ticket['socket']}",
            origin=self._url,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={self._cookie('sessionid')}"},
            compression=None,
            proxy=None,
        )
        socket = self._open.enter_context(line)
        socket.send(json.dumps({"type": "staff.hello", "v": 1, "ticket": ticket["ticket"]}))
        return socket

    def _read(self) -> None:
        try:
            for frame in self._socket:
                update = json.loads(frame)
                if update["type"] == "heartbeat":
                    self.say("pong")
                with self._heard:
                    self.updates.append(update)
                    self._heard.notify_all()
        except ConnectionClosed:
            pass


@contextmanager
def agent_at_work(url: str, username: str = "ada") -> Iterator[WiredAgent]:
    """An agent who is there and takes conversations, and goes home at the end."""
    agent = WiredAgent(url, username)
    try:
        agent.become("available")
        yield agent
    finally:
        agent.leave()
