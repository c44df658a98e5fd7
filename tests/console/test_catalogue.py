"""The console's words as a script that any browser may keep."""

import pytest
from django.test import Client
from django.utils import translation


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_words_come_in_the_readers_language(client: Client, language: str) -> None:
    with translation.override("de"):
        response = client.get(f"/livechat/words/{language}/")

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert "gettext" in response.content.decode()
    assert "public" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_addresses")
@pytest.mark.parametrize("language", ["xx", "..", "en%0d%0a"])
def test_a_language_that_is_none_is_not_found(client: Client, language: str) -> None:
    assert client.get(f"/livechat/words/{language}/").status_code == 404
