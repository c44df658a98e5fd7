"""What a study found, worded."""

from __future__ import annotations

import pytest

from wagtail_livechat.console.study_words import duration, language_name


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (1, "1 second"),
        (59, "59 seconds"),
        (90, "2 minutes"),
        (3_000, "50 minutes"),
        (7_200, "2 hours"),
        (172_800, "2 days"),
    ],
)
def test_a_time_is_told_in_the_unit_that_one_would_use(seconds: int | None, words: str) -> None:
    assert duration(seconds) == words


def test_a_language_that_nobody_knows_keeps_its_code() -> None:
    assert language_name("FR") == "French"
    assert language_name("xx") == "xx"
