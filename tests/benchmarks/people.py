"""Visitors and agents as the server sees them."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable

from .load import Speaking, new_ref
from .seed import Cast, Guest, Person
from .wire import Wire, handshake

VISITOR_SOCKET = "/livechat/ws/"
VISIT_SOCKET = "/livechat/visit/ws/"
VISIT_EXCHANGE = "/livechat/visit/exchange/"
STAFF_SOCKET = "/livechat/staff/ws/"
WORDS = "Is the atlas still on the shelf by the window?"

HELLO = b'{"type":"hello","v":1,"language":"en","since":0}'


def message(ref: str, text: str = WORDS) -> bytes:
    """What a visitor's browser sends for one message."""
    return f'{{"type":"message.send","ref":"{ref}","text":"{text}"}}'.encode()


def reply(ref: str, conversation: str, text: str = WORDS) -> bytes:
    """What an agent's browser sends for one message."""
    return (
        f'{{"type":"reply.send","ref":"{ref}","conversation":"{conversation}","text":"{text}"}}'
    ).encode()


def visitor_request(port: int, site: int, person: Person) -> bytes:
    """The handshake of a visitor's browser."""
    host = f"localhost:{port}"
    cookie = f"__Host-livechat-{site}={person.key}; livechat-{site}={person.key}"
    headers = {"Origin": f"http://{host}", "Cookie": cookie}
    return handshake(host, VISITOR_SOCKET, headers)


def guest_headers(port: int, site: int, guest: Guest) -> dict[str, str]:
    """What a browser sends with whatever its visitor agreed to."""
    cookies = {"choice": guest.choice, "visit": guest.key}
    return {
        "Origin": f"http://localhost:{port}",
        "Cookie": "; ".join(
            f"__Host-livechat-{use}-{site}={value}" for use, value in cookies.items()
        ),
    }


def visit_request(port: int, site: int, guest: Guest) -> bytes:
    """The handshake of a visit's tab."""
    return handshake(f"localhost:{port}", VISIT_SOCKET, guest_headers(port, site, guest))


def visit_hello(page: str, view: str, origin: str = "") -> bytes:
    """What a tab says first, with the page that is open."""
    from_where = f',"origin":"{origin}"' if origin else ""
    return (
        f'{{"type":"visit.hello","v":1,"language":"en","device":"desktop","view":"{view}",'
        f'"page":"{page}"{from_where}}}'
    ).encode()


def page_view(page: str, view: str) -> bytes:
    """What a tab says when another page is open in it."""
    return f'{{"type":"page.view","ref":"{view}","page":"{page}"}}'.encode()


class Tab(Wire):
    """A tab of a visit: it shows at once who is watching, and says so."""

    def __init__(self, request: bytes, hello: bytes) -> None:
        super().__init__(request)
        self._hello = hello
        self.ready = False
        self.refusals: list[bytes] = []

    def greet(self) -> None:
        self.say(self._hello)

    def received(self, payload: bytes) -> None:
        if payload.startswith((b'{"type":"visit.ready"', b'{"type":"watchers.changed"')):
            self.ready = True
            number = json.loads(payload)["number"]
            self.say(f'{{"type":"watchers.seen","number":{number}}}'.encode())
        elif payload.startswith(b'{"type":"heartbeat"'):
            self.say(b'{"type":"pong"}')
        elif payload.startswith((b'{"type":"refused"', b'{"type":"error"')):
            self.refusals.append(payload)


def plain_request(port: int, path: str = "/") -> bytes:
    """A handshake that proves nothing."""
    host = f"localhost:{port}"
    return handshake(host, path, {"Origin": f"http://{host}"})


class Greeting(Wire):
    """A connection that says hello and waits for `ready`, then listens."""

    def __init__(self, request: bytes, *, hello: bytes = HELLO) -> None:
        super().__init__(request)
        self._hello = hello
        self.ready: bytes | None = None
        self.refusals: list[bytes] = []

    def greet(self) -> None:
        self.say(self._hello)

    def received(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"ready"'):
            self.ready = payload
        elif payload.startswith(b'{"type":"heartbeat"'):
            self.say(b'{"type":"pong"}')
        elif payload.startswith((b'{"type":"refused"', b'{"type":"error"')):
            self.refusals.append(payload)


def speaker(port: int, site: int, person: Person) -> Speaking:
    """A visitor who sends messages at any time."""
    return Speaking(visitor_request(port, site, person), answer=b'{"type":"ack"')


class Agent(Wire):
    """An agent's console with conversations open: counts what it is told."""

    def __init__(self, request: bytes) -> None:
        super().__init__(request)
        self.is_ready = False
        self.threads = 0
        self.told = 0
        self.acks = 0
        self.refusals: list[bytes] = []
        self.on_told: Callable[[bytes], None] | None = None
        self.on_ack: Callable[[bytes], None] | None = None

    def greet(self, ticket: str) -> None:
        hello = {"type": "staff.hello", "v": 1, "ticket": ticket}
        self.say(json.dumps(hello).encode())

    def follow(self, conversation: str) -> None:
        """Open a conversation, at its end."""
        asked = {
            "type": "conversation.open",
            "ref": new_ref(),
            "conversation": conversation,
            "since": 0,
        }
        self.say(json.dumps(asked).encode())

    def received(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"thread.message"'):
            self.told += 1
            if self.on_told is not None:
                self.on_told(payload)
        elif payload.startswith(b'{"type":"ack"'):
            self.acks += 1
            if self.on_ack is not None:
                self.on_ack(payload)
        elif payload.startswith(b'{"type": "thread.message"'):
            self.told += 1  # the tutorial's server writes its JSON with blanks
        elif payload.startswith(b'{"type":"thread"'):
            self.threads += 1
        elif payload.startswith(b'{"type":"staff.ready"'):
            self.is_ready = True
        elif payload.startswith(b'{"type":"heartbeat"'):
            self.say(b'{"type":"pong"}')
        elif payload.startswith((b'{"type":"refused"', b'{"type":"error"')):
            self.refusals.append(payload)


def staff_request(port: int, session: str) -> bytes:
    """The handshake of a console."""
    host = f"localhost:{port}"
    headers = {"Origin": f"http://{host}", "Cookie": f"sessionid={session}"}
    return handshake(host, STAFF_SOCKET, headers)


def ticket(port: int, session: str) -> str:
    """A one-time ticket, asked for as the console does."""
    host = f"localhost:{port}"
    token = "b" * 32
    request = urllib.request.Request(
        f"http://{host}/admin/livechat/ticket/",
        data=b"{}",
        headers={
            "Content-Type": "application/json",
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Origin": f"http://{host}",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        given: str = json.load(answer)["ticket"]
    return given


def conversations_of(cast: Cast, agent: str) -> list[str]:
    """The open conversations of one agent."""
    return [p.conversation for p in cast.visitors if p.agent == agent and p.conversation]
