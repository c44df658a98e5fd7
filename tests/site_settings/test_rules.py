"""Readable colours, and what a page inherits."""

import pytest

from wagtail_livechat.site_settings.rules import (
    INK,
    READABLE,
    WHITE,
    Word,
    contrast,
    decide,
    nearest_readable,
    normalise_colour,
    text_colour_on,
)


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("#0A5F55", "#0a5f55"),
        ("0a5f55", "#0a5f55"),
        (" #0a5 ", "#00aa55"),
        ("#0a5f5", None),
        ("#0a5f5g", None),
        ("teal", None),
        ("", None),
        ("#0a5f55;background:url(x)", None),
    ],
)
def test_an_editor_may_write_a_colour_in_its_usual_spellings(
    written: str, colour: str | None
) -> None:
    assert normalise_colour(written) == colour


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)
    assert contrast("#777777", WHITE) == pytest.approx(4.48, abs=0.01)
    assert contrast(WHITE, "#767676") == contrast("#767676", WHITE)


def test_text_is_white_on_dark_and_dark_on_light_colours() -> None:
    assert text_colour_on("#0a5f55") == WHITE
    assert text_colour_on("#ffd400") == INK


def test_on_a_middle_grey_nobody_can_read() -> None:
    assert text_colour_on("#7b7b7b") is None


@pytest.mark.parametrize("accent", ["#7b7b7b", "#0a84ff", "#e0592a", "#ff0000", "#000000"])
def test_the_nearest_shade_can_be_read_and_is_near(accent: str) -> None:
    shade = nearest_readable(accent)
    text = text_colour_on(shade)
    assert text is not None
    assert contrast(shade, text) >= READABLE
    if text_colour_on(accent):
        assert shade == accent


# Paths as Wagtail's tree writes them: four characters for each level.
HOME, SHOP, BOOK = "00010001", "000100010002", "0001000100020003"


def test_a_page_without_a_word_follows_its_site() -> None:
    assert decide(BOOK, {}, site_enabled=True).enabled
    assert decide(BOOK, {"00010009": Word(enabled=False)}, site_enabled=True).enabled


def test_a_page_inherits_from_the_nearest_page_above() -> None:
    policies = {HOME: Word(enabled=False), SHOP: Word(enabled=True)}

    decision = decide(BOOK, policies, site_enabled=True)

    assert (decision.enabled, decision.origin) == (True, SHOP)
    assert not decide("00010001000900010001", policies, site_enabled=True).enabled


def test_a_pages_own_word_counts_first() -> None:
    decision = decide(
        BOOK, {SHOP: Word(enabled=True), BOOK: Word(enabled=False)}, site_enabled=True
    )

    assert (decision.enabled, decision.origin) == (False, BOOK)


def test_a_neighbour_with_a_similar_path_has_no_say() -> None:
    # "0001000100020003" begins with "00010001000" too, which is no page's path.
    assert decide(BOOK, {"00010001000": Word(enabled=False)}, site_enabled=True).enabled


def test_nobody_switches_the_chat_on_against_the_site() -> None:
    assert not decide(BOOK, {BOOK: Word(enabled=True)}, site_enabled=False).enabled
