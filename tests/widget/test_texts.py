"""The words of the widget."""

import re

from tests.sources import PACKAGE
from wagtail_livechat.widget.texts import ASSIST_TEXTS, TEXT_KEYS, TEXTS, fill, privacy_notice


def test_a_placeholder_is_replaced_and_nothing_else_is_special() -> None:
    text = fill("{team} says {alias}: {0} %s {days}", days=3, team="The {days} %(x)s")

    assert text == "The {days} %(x)s says {alias}: {0} %s 3"


def test_the_notice_counts_its_days() -> None:
    assert "{days} day after" in privacy_notice(1)
    assert "{days} days after" in privacy_notice(30)


def test_the_notice_is_one_of_the_words() -> None:
    assert "privacy" in TEXT_KEYS
    assert "privacy" not in TEXTS


def test_the_browser_knows_the_same_words_of_watching() -> None:
    source = (PACKAGE / "static_src" / "texts.ts").read_text()
    listed = source.partition("ASSIST_KEYS = [")[2].partition("] as const")[0]
    words = dict(re.findall(r'^\s*"(\w+)", // (.+)$', listed, re.MULTILINE))

    assert words == {key: str(text) for key, text in ASSIST_TEXTS.items()}
