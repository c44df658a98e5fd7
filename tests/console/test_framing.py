"""What surrounds the console: who may frame it, what guards the admin guards it, where it leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from tests.factories import Agent, make_agent, make_site
from wagtail_livechat.agents.models import StaffTicket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]


class SecondFactor:
    """What a project puts before its admin until somebody has proved twice who it is."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        if request.path.startswith("/admin/"):
            return HttpResponse("Your second factor, please", status=401)
        return self.get_response(request)


@pytest.fixture
def site() -> Site:
    return make_site("a.example.com")


@pytest.fixture
def alice(site: Site, client: Client) -> Agent:
    agent = make_agent("alice", site)
    client.force_login(agent.user)
    return agent


@pytest.mark.parametrize("name", ["index", "unread"])
def test_nobody_frames_it_also_where_the_middleware_was_forgotten(
    client: Client, alice: Agent, settings: Any, name: str
) -> None:
    forgotten = "django.middleware.clickjacking.XFrameOptionsMiddleware"
    for middleware in (settings.MIDDLEWARE, [m for m in settings.MIDDLEWARE if m != forgotten]):
        settings.MIDDLEWARE = middleware
        answer = client.get(reverse(f"livechat_console:{name}"))
        assert answer.status_code == 200
        assert answer["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
        assert "Access-Control-Allow-Origin" not in answer


def test_the_numbers_of_the_badge_are_json_that_nobody_keeps(client: Client, alice: Agent) -> None:
    answer = client.get(reverse("livechat_console:unread"))

    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize("name", ["ticket", "exchange"])
def test_what_guards_the_admin_guards_the_ticket_too(
    client: Client, alice: Agent, settings: Any, name: str
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.SecondFactor"]

    answer = client.post(reverse(f"livechat_console:{name}"), "{}", content_type="application/json")

    assert answer.status_code == 401
    assert not StaffTicket.objects.exists()


@pytest.mark.parametrize("name", ["index", "unread"])
@pytest.mark.parametrize("query", ["next=//evil.test", r"next=/\evil.test", "site__id=2&order=x"])
def test_an_address_in_the_query_leads_nowhere(
    client: Client, alice: Agent, name: str, query: str
) -> None:
    answer = client.get(f"{reverse(f'livechat_console:{name}')}?{query}")

    assert answer.status_code == 200
    assert "evil.test" not in answer.content.decode()
