"""What a deployer decides is read once, typed, and written down."""

import re
from pathlib import Path

from wagtail_livechat.conf import KEYS, configuration


def test_defaults_hold_where_nothing_is_said(settings):
    settings.WAGTAIL_LIVECHAT = {}
    assert configuration().trusted_proxies == 0
    assert configuration().heartbeat_seconds == 25


def test_a_changed_setting_counts_at_once(settings):
    settings.WAGTAIL_LIVECHAT = {"MESSAGE_BURST": 99}
    assert configuration().message_burst == 99


def test_origins_are_compared_in_one_spelling(settings):
    settings.WAGTAIL_LIVECHAT = {"EXTRA_ORIGINS": {"Shop.Example": ["https://Shop.example/"]}}
    assert configuration().extra_origins == {"shop.example": ("https://shop.example",)}


def test_an_unknown_key_breaks_nothing(settings):
    settings.WAGTAIL_LIVECHAT = {"NO_SUCH_KEY": 1}
    assert configuration().message_burst == 10


def test_every_key_is_in_the_reference():
    page = (Path(__file__).parents[1] / "docs/reference/settings.md").read_text()
    assert set(re.findall(r"^\| `(\w+)`", page, re.M)) == set(KEYS)
