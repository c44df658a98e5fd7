"""What any cache may keep of us."""

from __future__ import annotations

import pytest
from django.test import Client
from wagtail.models import Site

from tests.factories import let_assist, make_banner, make_site
from wagtail_livechat.site_settings.models import LiveChatSettings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_addresses")]

CONFIG = "/livechat/config/en/"


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


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_read(client: Client, site: Site, method: str) -> None:
    response = getattr(client, method)(CONFIG, headers={"host": "a.example.com"})

    assert response.status_code == 405


def test_without_a_site_there_is_nothing(client: Client) -> None:
    Site.objects.all().delete()

    assert get(client, CONFIG).status_code == 404


def test_each_signal_of_the_browser_has_its_own_answer(client: Client, site: Site) -> None:
    make_banner(let_assist(site))
    silent, asks = get(client, CONFIG), get(client, CONFIG, **{"sec-gpc": "1"})
    old = get(client, CONFIG, dnt="1")

    assert silent.json()["assist"]["signals"] == {"gpc": False, "dnt": False}
    assert asks.json()["assist"]["signals"] == {"gpc": True, "dnt": False}
    assert old.json()["assist"]["signals"] == {"gpc": False, "dnt": True}
    assert len({silent["ETag"], asks["ETag"], old["ETag"]}) == 3
    for response in (silent, asks, old):
        assert {"Sec-GPC", "DNT"} <= set(response["Vary"].split(", "))
        assert response["Cache-Control"] == "public, max-age=60"
