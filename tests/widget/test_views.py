"""What any cache may keep of us."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import Site

from tests.factories import make_agent, make_site
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = pytest.mark.django_db

CONFIG = "/livechat/config/en/"
AVAILABILITY = "/livechat/availability/"


@pytest.fixture
def site() -> Site:
    site = make_site("a.example.com")
    LiveChatSettings.objects.create(site=site, enabled=True)
    return site


def get(client: Client, path: str, **headers: str):
    return client.get(path, headers={"host": "a.example.com", **headers})


def test_the_configuration_may_be_kept_by_any_cache(client: Client, site: Site) -> None:
    response = get(client, CONFIG)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert response.json()["site"] == site.pk


def test_what_a_browser_has_already_is_not_sent_again(client: Client, site: Site) -> None:
    etag = get(client, CONFIG)["ETag"]

    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = get(client, CONFIG, **{"if-none-match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == etag
    assert get(client, CONFIG, **{"if-none-match": '"other"'}).status_code == 200


def test_a_language_of_another_project_is_not_found(client: Client, site: Site) -> None:
    for language in ("de", "en%22", "..", "x" * 500):
        assert get(client, f"/livechat/config/{language}/").status_code == 404


def test_availability_is_one_boolean_that_says_nothing_of_anybody(
    client: Client, site: Site
) -> None:
    agent = make_agent("alice", site)
    assert get(client, AVAILABILITY).json() == {"available": False}

    agent.arrives()
    agent.chooses("available")

    response = get(client, AVAILABILITY)
    assert response.json() == {"available": True}
    assert response["Cache-Control"] == "public, max-age=5"
    assert not response.cookies


def test_where_the_chat_is_switched_off_nobody_is_available(client: Client, site: Site) -> None:
    agent = make_agent("alice", site)
    agent.arrives()
    agent.chooses("available")
    row = LiveChatSettings.objects.get(site=site)
    row.enabled = False
    row.save()

    assert get(client, AVAILABILITY).json() == {"available": False}


@pytest.mark.parametrize("path", [CONFIG, AVAILABILITY])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_these_can_only_be_read(client: Client, site: Site, path: str, method: str) -> None:
    response = getattr(client, method)(path, headers={"host": "a.example.com"})

    assert response.status_code == 405


@pytest.mark.parametrize("path", [CONFIG, AVAILABILITY])
def test_without_a_site_there_is_nothing(client: Client, path: str) -> None:
    Site.objects.all().delete()

    assert get(client, path).status_code == 404
