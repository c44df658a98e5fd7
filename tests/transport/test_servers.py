"""The same answers under Uvicorn and Daphne: what reaches us there is not always well-formed."""

import base64
import json
import os
import re
import shutil
import socket as sockets
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.factories import new_ref
from tests.servers import SiteServer, site_server

PATIENCE = 20.0


@pytest.fixture(scope="module", params=["uvicorn", "daphne"])
def server(request, bookshop_file, tmp_path_factory) -> Iterator[SiteServer]:
    copy = tmp_path_factory.mktemp("servers") / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    with site_server(database=f"sqlite:///{copy}", kind=request.param) as running:
        yield running


@pytest.fixture(autouse=True)
def no_traceback(request):
    """Nothing that these tests do may end in a traceback of ours."""
    yield
    if "server" in request.fixturenames:
        log = request.getfixturevalue("server").log_text()
        assert not re.search(r'File ".*wagtail_livechat/', log), log


def ask(server, path, body=None, **headers):
    """A request; its status, headers and body."""
    made = urllib.request.Request(
        server.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Origin": server.url, "Content-Type": "application/json"} | headers,
        method="GET" if body is None else "POST",
    )
    try:
        answer = urllib.request.urlopen(made, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers, answer.read()


def cookie(server):
    """A visitor's key, as the browser would send it back."""
    status, headers, _ = ask(server, "/livechat/start/", {})
    assert status == 200
    return headers["Set-Cookie"].split(";")[0]


class Tab:
    """A visitor's or an agent's socket over the net."""

    def __init__(self, line):
        self.line = line
        self.told = []

    def say(self, **command):
        self.line.send(json.dumps(command))

    def hears(self, kind, **wanted):
        while True:
            update = json.loads(self.line.recv(timeout=PATIENCE))
            self.told.append(update)
            if update["type"] == kind and wanted.items() <= update.items():
                return update

    def is_closed(self):
        """Reads to the end; the close code."""
        try:
            while True:
                self.told.append(json.loads(self.line.recv(timeout=PATIENCE)))
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None


@contextmanager
def tab_on(server, path, cookies):
    with connect(
        server.url.replace("http", "ws") + path,
        origin=server.url,
        additional_headers={"Cookie": cookies},
        open_timeout=PATIENCE,
        compression="deflate",
    ) as line:
        yield Tab(line)


@contextmanager
def visitor_of(server, cookies=None):
    with tab_on(server, "/livechat/ws/", cookies or cookie(server)) as tab:
        tab.say(type="hello", v=1, language="en")
        tab.hears("ready")
        yield tab


@contextmanager
def agent_of(server, username="ada"):
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{server.url}/admin/login/", timeout=PATIENCE).read().decode()
    token = re.search('csrfmiddlewaretoken" value="([^"]+)', page)[1]
    form = f"csrfmiddlewaretoken={token}&username={username}&password=lamplight"
    browser.open(f"{server.url}/admin/login/", data=form.encode(), timeout=PATIENCE)
    held = {each.name: each.value for each in jar}
    cookies = "; ".join(f"{name}={value}" for name, value in held.items())
    _, _, body = ask(
        server,
        "/admin/livechat/ticket/",
        {},
        **{"Cookie": cookies, "X-CSRFToken": held["csrftoken"], "Referer": server.url},
    )
    given = json.loads(body)
    with tab_on(server, given["socket"], cookies) as tab:
        tab.say(type="staff.hello", v=1, ticket=given["ticket"])
        tab.hears("staff.ready")
        yield tab


def shake_hands(server, *lines, path="/livechat/ws/"):
    """A handshake byte for byte; the status that it is answered with (0: hung up)."""
    key = base64.b64encode(os.urandom(16))
    head = [
        f"GET {path} HTTP/1.1".encode(),
        f"Host: localhost:{server.port}".encode(),
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: " + key,
        *lines,
    ]
    with sockets.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(b"\r\n".join(head) + b"\r\n\r\n")
        answer = line.recv(200)
    found = re.match(rb"HTTP/1.1 (\d+)", answer)
    return int(found[1]) if found else 0


def memory_kib(server):
    status = open(f"/proc/{server.worker_pids()[0]}/status").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def test_both_sides_talk(server):
    with visitor_of(server) as visitor, agent_of(server) as agent:
        visitor.say(type="message.send", ref=new_ref(), text="Good day")
        conversation = visitor.hears("ack")["conversation"]
        card = agent.hears("card.changed")["card"]
        assert (card["id"], card["excerpt"]) == (conversation, "Good day")
        agent.say(type="reply.send", ref=new_ref(), conversation=conversation, text="Hello")
        while visitor.hears("message.sent")["message"]["text"] != "Hello":
            pass


@pytest.mark.parametrize("path", ["/livechat/ws/", "/livechat/staff/ws/"])
@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b"Origin: null"],
        [b"Origin: http://[::1"],
        # A longer line never reaches an application: servers have limits of their own.
        [b"Origin: " + b"a" * 6_000],
        [b"Origin: http://localhost", b"Origin: http://localhost"],
        [b"Origin: https://evil.test"],
        [b"X-A: 1\x0bOrigin: http://localhost"],
    ],
)
def test_a_handshake_that_is_not_ours_is_refused_and_the_server_lives(server, path, lines):
    own = b"Origin: " + server.url.encode()
    assert shake_hands(server, *lines, path=path) in (0, *range(400, 500))
    if len(lines) == 2:
        assert shake_hands(server, own, own, path=path) in (0, *range(400, 500))
    assert ask(server, "/livechat/availability/")[0] == 200


@pytest.mark.parametrize("path", ["/livechat/ws/", "/livechat/staff/ws/"])
def test_a_subprotocol_that_is_no_text_is_not_spoken(server, path):
    own = b"Origin: " + server.url.encode()
    status = shake_hands(server, own, b"Sec-WebSocket-Protocol: \xff\xfe", path=path)
    # Daphne answers 500 by itself, before any application is asked.
    assert status in (0, *range(400, 500), *([500] if server.kind == "daphne" else []))
    assert ask(server, "/livechat/availability/")[0] == 200


def test_ones_own_origin_is_let_in(server):
    assert shake_hands(server, b"Origin: " + server.url.encode()) == 101


def test_a_sockets_address_without_a_socket(server):
    for path in ("/livechat/ws/", "/livechat/staff/ws/"):
        assert ask(server, path)[0] in (404, 426)


def test_the_third_strike_closes_with_its_code_and_a_word_before(server):
    with visitor_of(server) as visitor:
        for frame in ("{", b"\x00\xff", "[]"):
            visitor.line.send(frame)
        assert visitor.is_closed() == 4400
        assert [update["type"] for update in visitor.told[-4:]] == [*["refused"] * 3, "error"]
        assert visitor.told[-1]["close_code"] == 4400


def test_who_has_no_key_is_told_before_the_close(server):
    with tab_on(server, "/livechat/ws/", "nothing=1") as tab:
        assert tab.is_closed() == 4401
    assert tab.told[-1]["code"] == "identity_missing"


def test_a_frame_too_long_is_refused_and_one_far_too_long_ends_it(server):
    with visitor_of(server) as visitor:
        visitor.line.send("x" * 17_000)
        assert visitor.hears("refused")["code"] == "too_big"
        visitor.line.send("x" * 900_000)
        # Uvicorn has a bound of its own below ours, and says so by its own code.
        assert visitor.is_closed() in (4413, 1009)


def test_no_compression_is_offered(server):
    with visitor_of(server) as visitor:
        assert "Sec-WebSocket-Extensions" not in visitor.line.response.headers


def test_ten_thousand_fragments_cost_little_and_trouble_nobody(server):
    with visitor_of(server) as visitor, visitor_of(server) as neighbour:
        before = memory_kib(server)
        visitor.line.send("x" for _ in range(10_000))
        neighbour.say(type="message.send", ref=new_ref(), text="Still here")
        assert neighbour.hears("ack")["seq"] == 1
        assert visitor.hears("refused")["code"] == "bad_frame"
        assert memory_kib(server) - before < 20 * 1_024


def test_a_body_without_end_is_refused_before_it_is_taken_in(server):
    before = memory_kib(server)
    sent = 0
    with sockets.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as line:
        line.sendall(
            b"POST /livechat/exchange/ HTTP/1.1\r\n"
            + f"Host: localhost:{server.port}\r\nOrigin: {server.url}\r\n".encode()
            + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        try:
            for _ in range(1_600):
                line.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass  # hung up on
        try:
            answer = line.recv(200)
        except OSError:
            answer = b""
    if server.kind == "uvicorn":
        assert answer.startswith(b"HTTP/1.1 413") or sent < 10_000_000
    # Daphne reads a whole body before it hands on any of it; it keeps it out of memory.
    assert memory_kib(server) - before < 20 * 1_024
    assert ask(server, "/livechat/availability/")[0] == 200


def test_who_never_reads_keeps_nobody_waiting(server):
    cookies = cookie(server)
    with agent_of(server) as agent, visitor_of(server, cookies) as reader:
        reader.say(type="message.send", ref=new_ref(), text="Good day")
        conversation = reader.hears("ack")["conversation"]
        deaf = sockets.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        deaf.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
        key = base64.b64encode(os.urandom(16)).decode()
        deaf.sendall(
            (
                f"GET /livechat/ws/ HTTP/1.1\r\nHost: localhost:{server.port}\r\n"
                f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Key: {key}\r\nOrigin: {server.url}\r\nCookie: {cookies}\r\n\r\n"
            ).encode()
        )
        assert deaf.recv(12) == b"HTTP/1.1 101"
        hello = json.dumps({"type": "hello", "v": 1, "language": "en"}).encode()
        deaf.sendall(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
        for number in range(60):
            text = f"{number} " + "x" * 3_000
            agent.say(type="reply.send", ref=new_ref(), conversation=conversation, text=text)
            while reader.hears("message.sent")["message"]["text"] != text:
                pass
        deaf.close()


def test_a_restart_is_announced(bookshop_file, tmp_path):
    for kind in ("uvicorn", "daphne"):
        copy = tmp_path / f"{kind}.sqlite3"
        shutil.copy(bookshop_file, copy)
        with site_server(database=f"sqlite:///{copy}", kind=kind) as server:
            with visitor_of(server) as visitor:
                ref = new_ref()
                visitor.say(type="message.send", ref=ref, text="Before the restart")
                visitor.hears("ack", ref=ref)
                stopping = threading.Thread(target=server.stop)
                stopping.start()
                code = visitor.is_closed()
                stopping.join()
                assert visitor.told[-1]["type"] == "bye"
                assert visitor.told[-1]["retry_ms"] >= 1_000
                assert code in (4412, 1012)
            assert server.returncode is not None


@pytest.fixture(params=["with a layer", "without a layer"])
def two_servers(request, bookshop_file, tmp_path, redis) -> Iterator[tuple[SiteServer, SiteServer]]:
    copy = tmp_path / "bookshop.sqlite3"
    shutil.copy(bookshop_file, copy)
    address = redis.address if request.param == "with a layer" else None
    database = f"sqlite:///{copy}"
    with (
        site_server(database=database, redis=address) as one,
        site_server(database=database, redis=address) as two,
    ):
        yield one, two


def test_what_is_written_in_one_process_is_told_in_the_other(two_servers):
    one, two = two_servers
    with visitor_of(one) as visitor, agent_of(two) as agent:
        visitor.say(type="message.send", ref=new_ref(), text="From one")
        conversation = visitor.hears("ack")["conversation"]
        while agent.hears("card.changed")["card"]["excerpt"] != "From one":
            pass
        agent.say(type="conversation.open", ref=new_ref(), conversation=conversation)
        agent.hears("thread")
        agent.say(type="reply.send", ref=new_ref(), conversation=conversation, text="From two")
        while visitor.hears("message.sent")["message"]["text"] != "From two":
            pass
        visitor.say(type="message.send", ref=new_ref(), text="From one again")
        while agent.hears("thread.message")["message"]["text"] != "From one again":
            pass
