"""``livechat(application)``: ours is answered, everything else goes on to the host."""

import asyncio

import pytest
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

from tests.transport.browsers import in_database, story
from wagtail_livechat.asgi import livechat
from wagtail_livechat.transport import process
from wagtail_livechat.workers.models import Worker


class Host:
    """An application of the host that writes down what reaches it."""

    def __init__(self, *, has_lifespan=False):
        self.reached = []
        self.has_lifespan = has_lifespan

    async def __call__(self, scope, receive, send):
        self.reached.append(scope["type"])
        if scope["type"] == "lifespan":
            if not self.has_lifespan:
                raise ValueError("No lifespan here.")
            while True:
                message = await receive()
                self.reached.append(message["type"])
                await send({"type": message["type"] + ".complete"})
                if message["type"] == "lifespan.shutdown":
                    return


async def lifespan(application):
    """Start and stop a server; what it was told."""
    messages: asyncio.Queue = asyncio.Queue()
    said = []

    async def send(message):
        said.append(message["type"])
        if message["type"] == "lifespan.startup.complete":
            assert process.running() is not None
            assert await in_database(Worker.objects.count) == 1
            messages.put_nowait({"type": "lifespan.shutdown"})

    messages.put_nowait({"type": "lifespan.startup"})
    await application({"type": "lifespan"}, messages.get, send)
    return said


@pytest.mark.parametrize("kind", ["django", "host without lifespan", "host with lifespan"])
@story
async def test_the_process_starts_and_ends_with_the_server(commits, kind):
    host = Host(has_lifespan="with " in kind)
    said = await lifespan(livechat(get_asgi_application() if kind == "django" else host))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert process.running() is None
    assert await in_database(Worker.objects.count) == 0
    if host.has_lifespan:
        assert host.reached == ["lifespan", "lifespan.startup", "lifespan.shutdown"]


async def knock(application, path):
    said = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        said.append(message)

    scope = {"type": "websocket", "path": path, "headers": [], "root_path": "", "client": None}
    await application(scope, receive, send)
    return said


@pytest.mark.parametrize("path", ["/", "/ws/", "/livechat/", "/livechat/ws", "/livechat/ws/x/"])
@story
async def test_a_socket_that_is_not_ours_is_closed_where_the_host_takes_none(commits, path):
    for application in (get_asgi_application(), ProtocolTypeRouter({"http": Host()})):
        said = await knock(livechat(application), path)
        assert said == [{"type": "websocket.close"}]


@story
async def test_a_socket_that_is_not_ours_reaches_a_host_that_takes_sockets(commits):
    host = Host()
    await knock(livechat(ProtocolTypeRouter({"websocket": host, "http": host})), "/ws/")
    assert host.reached == ["websocket"]


@story
async def test_pages_reach_the_host(commits):
    host = Host()
    scope = {"type": "http", "path": "/livechat/config/en/", "headers": [], "root_path": ""}
    await livechat(host)(scope, None, None)
    assert host.reached == ["http"]


@story
async def test_below_a_prefix_the_address_is_what_follows_it(commits):
    host = Host()
    said = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        said.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/below/livechat/availability/",
        "root_path": "/below",
        "headers": [(b"host", b"unknown.test")],
        "client": None,
    }
    await livechat(host)(scope, receive, send)
    assert host.reached == []
    assert said[0]["status"] == 404
