"""The configuration: everything that the widget knows, the same for everybody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import global_settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import translation
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Site

from tests.factories import choose, let_assist, make_banner, make_site, publish
from wagtail_livechat.site_settings.memory import forget
from wagtail_livechat.site_settings.models import LiveChatSettings, WidgetText
from wagtail_livechat.widget.config import config_for, known_language

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return make_site("a.test")


@pytest.fixture
def row(site: Site) -> LiveChatSettings:
    return LiveChatSettings.objects.create(site=site, enabled=True)


def config(site: Site, language: str = "en") -> dict:
    return json.loads(config_for(site.pk, language).body)


def test_a_site_without_settings_has_a_complete_configuration(site: Site) -> None:
    found = config(site)

    assert found["v"] == 1
    assert (found["site"], found["language"], found["dir"]) == (site.pk, "en", "ltr")
    assert (found["accent"], found["accent_text"]) == ("#0a5f55", "#ffffff")
    assert found["team"] == {"name": "a.test", "avatar": None}
    assert found["urls"]["socket"] == "/livechat/ws/"
    assert found["urls"]["start"] == "/livechat/start/"
    assert found["urls"]["chat"].startswith("/static/wagtail_livechat/chat.js")
    assert found["max_text"] == 4000
    assert found["texts"]["panel"] == "Chat with a.test"
    assert "90 days" in found["texts"]["privacy"]


def test_every_word_is_there_and_only_the_browsers_placeholders_are_left(site: Site) -> None:
    for key, text in config(site)["texts"].items():
        assert text, key
        assert not re.search(r"\{(team|days)\}", text), key


def test_the_editors_choices_are_told(site: Site, row: LiveChatSettings) -> None:
    row.position, row.theme, row.accent = "left", "dark", "#ffd400"
    row.sound_allowed = row.sharing_allowed = False
    row.team_name, row.retention_days = "The counter", 1
    row.save()

    found = config(site)

    assert (found["position"], found["theme"]) == ("left", "dark")
    assert (found["accent"], found["accent_text"]) == ("#ffd400", "#1a1a1a")
    assert (found["sound"], found["sharing"]) == (False, False)
    assert found["team"]["name"] == "The counter"
    assert "The team of The counter reads" in found["texts"]["privacy"]
    assert "1 day after" in found["texts"]["privacy"]


def test_a_sites_own_words_hold_in_their_language_only(site: Site, row: LiveChatSettings) -> None:
    WidgetText.objects.create(
        settings=row,
        language="fr",
        team_name="Le comptoir",
        launcher="Une question ?",
        unavailable="  ",
        privacy="{team} efface tout après {days} jours. {autre}",
    )

    french, english = config(site, "fr"), config(site, "en")

    assert french["team"]["name"] == "Le comptoir"
    assert french["texts"]["launcher"] == "Une question ?"
    assert french["texts"]["privacy"] == "Le comptoir efface tout après 90 jours. {autre}"
    assert french["texts"]["status_unavailable"].strip()
    assert english["team"]["name"] == "a.test"
    assert english["texts"]["launcher"] == "Chat with us"


def test_an_editors_text_reaches_no_format_language(site: Site, row: LiveChatSettings) -> None:
    hostile = "{0.__class__} %(x)s {{ settings.SECRET_KEY }} {team.__class__}"
    WidgetText.objects.create(settings=row, language="en", welcome=hostile)

    assert config(site)["texts"]["welcome"] == hostile


def test_the_readers_own_language_does_not_change_what_everybody_gets(site: Site) -> None:
    with translation.override("fr"):
        first = config_for(site.pk, "en").body
    with translation.override("en"):
        assert config_for(site.pk, "en").body == first


RIGHT_TO_LEFT = [("en", "English"), ("ar", "Arabic"), ("pt-br", "Portuguese")]


@override_settings(LANGUAGES=RIGHT_TO_LEFT, WAGTAIL_CONTENT_LANGUAGES=RIGHT_TO_LEFT)
def test_arabic_runs_from_right_to_left(site: Site, row: LiveChatSettings) -> None:
    WidgetText.objects.create(settings=row, language="pt", welcome="Olá!")

    assert config(site, "ar")["dir"] == "rtl"
    assert config(site, "pt-BR")["dir"] == "ltr"
    assert config(site, "pt-BR")["texts"]["welcome"] == "Olá!"


@override_settings(
    LANGUAGE_CODE="fr",
    LANGUAGES=[("fr", "French"), ("ar", "Arabic"), ("he", "Hebrew"), ("en", "English")],
    WAGTAIL_CONTENT_LANGUAGES=[
        ("fr", "French"),
        ("ar", "Arabic"),
        ("he", "Hebrew"),
        ("en", "English"),
    ],
)
def test_it_says_which_language_the_words_are_in(site: Site, row: LiveChatSettings) -> None:
    WidgetText.objects.create(settings=row, language="he", welcome="שלום!", launcher=" ")

    assert config(site, "ar")["words"] == {"language": "ar", "own": []}
    assert config(site, "ar")["texts"]["send"] == "إرسال"
    assert config(site, "en")["words"] == {"language": "en", "own": []}
    # Nobody has translated these: the project's first language speaks, in the page's layout.
    hebrew = config(site, "he")
    assert (hebrew["language"], hebrew["dir"]) == ("he", "rtl")
    assert hebrew["words"] == {"language": "fr", "own": ["welcome"]}
    assert hebrew["texts"]["send"] == "Envoyer"


def test_only_languages_of_the_project_are_known(site: Site) -> None:
    assert known_language("FR") == "fr"
    assert known_language("de") is None
    with pytest.raises(LookupError):
        config_for(site.pk, "de")


@override_settings(LANGUAGE_CODE="en-us", LANGUAGES=global_settings.LANGUAGES)
def test_a_fresh_project_speaks_a_language_that_is_not_in_its_list(site: Site) -> None:
    """Django's own default: en-us, among a hundred languages that do not include it."""
    assert known_language("en-us") == "en-us"
    assert known_language("en-GB") == "en-gb"
    assert known_language("fr-CA") == "fr"
    assert known_language("de-AT-1996") == "de"
    assert config(site, "en-us")["texts"]["launcher"] == "Chat with us"


def test_it_is_kept_and_changes_with_the_settings(
    site: Site, row: LiveChatSettings, django_assert_num_queries
) -> None:
    first = config_for(site.pk, "en")
    with django_assert_num_queries(0):
        assert config_for(site.pk, "en") is first

    row.team_name = "The counter"
    row.save()

    assert config_for(site.pk, "en").etag != first.etag


def test_the_picture_of_the_team_is_a_small_one(site: Site, row: LiveChatSettings) -> None:
    row.team_avatar = get_image_model().objects.create(title="Us", file=get_test_image_file())
    row.save()

    url = config(site)["team"]["avatar"]

    assert url.startswith("/media/images/")
    assert ".fill-96x96." in url


def test_a_lost_picture_does_not_take_the_chat_with_it(site: Site, row: LiveChatSettings) -> None:
    image = get_image_model().objects.create(title="Us", file=get_test_image_file())
    image.file.storage.delete(image.file.name)
    cache.clear()  # where Wagtail keeps the renditions it has made
    row.team_avatar = image
    row.save()

    assert config(site)["team"]["avatar"] is None


def test_nobodys_name_is_in_it(site: Site) -> None:
    text = config_for(site.pk, "en").body.decode()

    for word in ("sessionid", "csrf", "cookie", "password"):
        assert word not in text.lower()


def test_the_browser_and_the_server_know_the_same_words(site: Site) -> None:
    source = Path(__file__).parents[2] / "wagtail_livechat/static_src/texts.ts"
    listed = source.read_text().partition("TEXT_KEYS = [")[2].partition("]")[0]

    assert set(re.findall(r'^\s*"(\w+)",', listed, re.MULTILINE)) == set(config(site)["texts"])


def test_without_live_help_nothing_of_it_is_told(site: Site, row: LiveChatSettings) -> None:
    assert config(site)["assist"] is None


def test_what_is_asked_is_told_in_the_language_of_the_page(site: Site) -> None:
    english = make_banner(let_assist(site)).versions.get()
    french = make_banner(site, "fr", heading="Pouvons-nous voir vos pages ?").versions.get()

    found = config(site)["assist"]
    assert found["banner"]["version"] == english.pk
    assert found["banner"]["texts"]["heading"] == "May we see your pages?"
    assert found["banner"]["texts"]["body"][0]["t"] == "p"
    assert found["banner"]["texts"]["accept_label"] == "Accept"
    assert found["banner"]["purposes"] == ["assistance", "statistics"]
    assert found["urls"]["consent"] == "/livechat/consent/"
    assert found["urls"]["socket"] == "/livechat/visit/ws/"
    assert found["words"]["stop"]

    found = config(site, "fr")["assist"]
    assert found["banner"]["version"] == french.pk
    assert found["banner"]["texts"]["heading"] == "Pouvons-nous voir vos pages ?"
    assert found["holding"] == sorted([english.pk, french.pk])

    found = config(site, "ar")["assist"]
    assert found["banner"] is None  # nobody is asked in a language that the page does not speak
    assert found["holding"] == sorted([english.pk, french.pk])


def test_what_is_published_is_told_at_once(site: Site) -> None:
    banner = make_banner(let_assist(site))
    assert config(site)["assist"]["banner"]["texts"]["heading"] == "May we see your pages?"
    banner.heading = "May we help you?"
    banner.save_revision()
    assert config(site)["assist"]["banner"]["texts"]["heading"] == "May we see your pages?"
    publish(banner)
    assert config(site)["assist"]["banner"]["texts"]["heading"] == "May we help you?"
    banner.unpublish()
    assert config(site)["assist"]["banner"] is None


def test_a_site_that_only_counts_asks_only_for_that(site: Site, row: LiveChatSettings) -> None:
    make_banner(site)
    assert config(site)["assist"]["banner"]["purposes"] == ["statistics"]


def test_a_site_for_children_neither_watches_nor_counts_and_says_so_plainly(site: Site) -> None:
    make_banner(let_assist(site))
    LiveChatSettings.objects.filter(site=site).update(child_directed=True)
    forget()

    found = config(site)
    assert found["assist"] is None
    assert found["texts"]["privacy"].startswith("Grown-ups of a.test read what you write here.")


def test_where_the_site_has_a_tool_of_its_own_ours_stays_silent(site: Site) -> None:
    make_banner(let_assist(site))
    LiveChatSettings.objects.filter(site=site).update(external_consent=True)
    forget()

    found = config(site)["assist"]
    assert (found["external"], found["banner"], found["holding"]) == (True, None, [0])


def test_nothing_of_a_person_is_told(site: Site) -> None:
    version = make_banner(let_assist(site)).versions.get()
    answered = choose(site, version=version.pk)

    told = config_for(site.pk, "en").body.decode()
    assert str(answered.choice.receipt) not in told
    assert answered.cookie not in told
