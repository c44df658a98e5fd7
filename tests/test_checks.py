"""What a host has forgotten is named, with a hint."""

import re
from pathlib import Path

import pytest
from django.core.checks import run_checks

from wagtail_livechat import checks
from wagtail_livechat.answers.answerers import UNKNOWN, Answer, Answerer, Question

REDIS = "channels_redis.core.RedisChannelLayer"
PUBSUB = "channels_redis.pubsub.RedisPubSubChannelLayer"


def ids(messages):
    return [message.id.removeprefix("wagtail_livechat.") for message in messages]


def layer(backend, **config):
    return {"default": {"BACKEND": backend, "CONFIG": config}}


def test_the_test_site_has_forgotten_nothing():
    ours = [m for m in run_checks() if str(m.id).startswith("wagtail_livechat.")]
    assert ours == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, []),
        ([], ["E001"]),
        ("x", ["E001"]),
        ({"NO_SUCH_KEY": 1}, ["E002"]),
        ({"message_burst": 1}, ["E002"]),
        ({"MESSAGE_BURST": 0}, ["E003"]),
        ({"MESSAGES_PER_SECOND": "fast"}, ["E003"]),
        ({"EXTRA_ORIGINS": 5}, ["E008"]),
        ({"EXTRA_ORIGINS": ["https://shop.test"]}, ["E008"]),
        ({"EXTRA_ORIGINS": {"shop.test": "https://shop.test"}}, ["E008"]),
        ({"EXTRA_ORIGINS": {"shop.test": 5}}, ["E008"]),
        ({"EXTRA_ORIGINS": {"shop.test": ["shop.test"]}}, ["E008"]),
        ({"EXTRA_ORIGINS": {"shop.test": ["https://shop.test/en/"]}}, ["E008"]),
        ({"EXTRA_ORIGINS": {"shop.test": ["https://shop.test:x"]}}, ["E008"]),
        ({"EXTRA_ORIGINS": {"https://shop.test": ["https://shop.test"]}}, ["E008"]),
        ({"EXTRA_ORIGINS": {"shop.test:8000": ("https://shop.test:8443/",)}}, []),
        ({"TRUSTED_PROXIES": -1}, ["E003"]),
        ({"TRUSTED_PROXIES": True}, ["E003"]),
        ({"TRUSTED_PROXIES": 1.5}, ["E003"]),
        ({"AGENT_GRACE_SECONDS": -1}, ["E003"]),
        ({"AGENT_GRACE_SECONDS": 0}, []),
        ({"MESSAGE_BURST": 0.5}, ["E003"]),
        ({"MESSAGE_BURST": True}, ["E003"]),
        ({"INLINE_DATABASE": "no"}, ["E003"]),
        ({"ANSWER_SECONDS": 0}, ["E003"]),
        ({"CONVERSATIONS_PER_DAY": 0}, ["E003"]),
        ({"SILENCE_SECONDS": 20}, ["E004"]),
        ({"NO_SUCH_KEY": 1, "SOCKETS_PER_KEY": 0}, ["E002", "E003"]),
    ],
)
def test_the_setting_is_read_strictly(settings, value, expected):
    settings.WAGTAIL_LIVECHAT = value
    assert ids(checks.check_settings()) == expected


def test_a_host_without_its_parts_is_told(settings, monkeypatch):
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: name == "wagtail_livechat")
    settings.ASGI_APPLICATION = None
    settings.ROOT_URLCONF = "tests.test_checks"
    found = ids(checks.check_host())
    assert {"E005", "E009", "W001", "W002"} <= set(found)


urlpatterns: list = []


def test_missing_bundles_are_named(monkeypatch):
    monkeypatch.setattr(checks.finders, "find", lambda name: None)
    assert "W003" in ids(checks.check_host())


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [((4, 1, 0), False), ((4, 2, 1), False), ((4, 2, 2), True), ((5, 0), True), (None, True)],
)
def test_an_old_daphne_is_refused(monkeypatch, version, is_safe):
    monkeypatch.setattr(checks, "_daphne", lambda: version)
    assert ("E006" not in ids(checks.check_host())) == is_safe


@pytest.mark.parametrize(
    ("database", "is_fine"),
    [
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": "x.sqlite3"}, False),
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}, True),
        (
            {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": "x.sqlite3",
                "OPTIONS": {"transaction_mode": "IMMEDIATE"},
            },
            True,
        ),
        ({"ENGINE": "django.db.backends.postgresql", "NAME": "x"}, True),
    ],
)
def test_sqlite_should_begin_as_a_writer(database, is_fine):
    assert checks._is_deferred_sqlite(database) != is_fine


GOOD_HOST = {"address": "redis://x", "socket_timeout": None, "max_connections": 10_000}


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ({}, []),
        (layer("channels.layers.InMemoryChannelLayer"), []),
        (layer(PUBSUB, hosts=[GOOD_HOST]), []),
        (layer(REDIS, hosts=[GOOD_HOST]), ["W005"]),
        (layer(REDIS, hosts=[GOOD_HOST], capacity=10_000), []),
        (layer(PUBSUB, hosts=["redis://x"]), ["W006"]),
        (layer(PUBSUB, hosts="redis://x"), ["W006"]),
        (layer(PUBSUB), ["W006"]),
        (layer(PUBSUB, hosts=[{"address": "redis://x"}]), ["W006", "W007"]),
        (layer(PUBSUB, hosts=[GOOD_HOST | {"max_connections": "many"}]), ["W007"]),
        (layer(REDIS, hosts=[GOOD_HOST], capacity="much"), ["W005"]),
        (layer(PUBSUB, hosts=[{"address": "redis://x", "socket_timeout": None}]), ["W007"]),
    ],
)
def test_a_redis_layer_that_forgets_is_named(settings, monkeypatch, layers, expected):
    monkeypatch.setattr(checks, "_redis", lambda: (8,))
    settings.CHANNEL_LAYERS = layers
    assert ids(checks.check_layer()) == expected


def test_with_an_older_client_its_defaults_are_fine(settings, monkeypatch):
    monkeypatch.setattr(checks, "_redis", lambda: (5,))
    settings.CHANNEL_LAYERS = layer(PUBSUB, hosts=["redis://x"])
    assert ids(checks.check_layer()) == []


def test_a_layer_that_does_not_exist_is_named(settings):
    settings.WAGTAIL_LIVECHAT = {"CHANNEL_LAYER": "chat"}
    settings.CHANNEL_LAYERS = {}
    assert ids(checks.check_layer()) == ["E007"]
    settings.WAGTAIL_LIVECHAT = {"CHANNEL_LAYER": None}
    assert ids(checks.check_layer()) == []


def test_before_going_live_more_is_looked_at(settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.CHANNEL_LAYERS = {}
    settings.WAGTAIL_LIVECHAT = {}
    assert ids(checks.check_deployment()) == ["W008", "I001", "I002"]
    settings.ALLOWED_HOSTS = ["a.test"]
    settings.CHANNEL_LAYERS = layer(PUBSUB, hosts=[GOOD_HOST])
    settings.WAGTAIL_LIVECHAT = {"TRUSTED_PROXIES": 1}
    assert ids(checks.check_deployment()) == []
    settings.WAGTAIL_LIVECHAT = {"EXTRA_ORIGINS": 5}
    assert ids(checks.check_deployment()) == []


def test_every_check_is_explained_and_every_explanation_has_its_check():
    page = Path(__file__).resolve().parents[1] / "docs" / "reference" / "checks.md"
    explained = re.findall(r"`wagtail_livechat\.([EWI]\d{3})`", page.read_text())
    used = re.findall(r'"([EWI]\d{3})"', Path(checks.__file__).read_text())
    assert sorted(explained) == sorted(set(used))


def test_every_message_has_a_hint(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    settings.CHANNEL_LAYERS = layer(REDIS, hosts=["redis://x"])
    settings.WAGTAIL_LIVECHAT = {"X": 1, "SILENCE_SECONDS": 1}
    monkeypatch.setattr(checks, "_redis", lambda: (8,))
    messages = [*checks.check_settings(), *checks.check_layer(), *checks.check_deployment()]
    assert len(messages) >= 5
    assert all(message.hint for message in messages)


class Deaf(Answerer):
    pass


class Wants(Answerer):
    def __init__(self, more: str) -> None:
        self.more = more

    def answer(self, question: Question) -> Answer:
        return UNKNOWN


@pytest.mark.parametrize(
    ("answerers", "words"),
    [
        (["wagtail_livechat.answers.pages.PageAnswerer"], None),
        ([], None),
        ("wagtail_livechat.answers.pages.PageAnswerer", "is not a list"),
        (7, "is not a list"),
        ([7], "is not a subclass of Answerer"),
        (["wagtail_livechat.answers.pages.card_of"], "is not a subclass of Answerer"),
        (["wagtail_livechat.answers.pages.Nobody"], "cannot be made: ImportError"),
        (["no.such.module.Answerer"], "cannot be made: ModuleNotFoundError"),
        (["tests.test_checks.Deaf"], "has no method answer()"),
        (["tests.test_checks.Wants"], "cannot be made: TypeError"),
    ],
)
def test_a_mistake_in_the_answerers_is_named(settings, answerers, words):
    settings.WAGTAIL_LIVECHAT = {"ANSWERERS": answerers}
    found = checks.check_answerers()
    assert ids(found) == ([] if words is None else ["E010"])
    assert words is None or words in found[0].msg
    assert all(message.hint for message in found)
