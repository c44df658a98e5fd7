"""Readable colours, and what a page inherits."""

import pytest

from wagtail_livechat.site_settings.rules import (
    INK,
    PROACTIVE,
    REACTIVE,
    READABLE,
    WHITE,
    PageRules,
    Ruled,
    Signpost,
    Word,
    contrast,
    decide,
    model_names,
    nearest_readable,
    normalise_colour,
    rule,
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


def ruled(path: str, words: dict[str, Word], **site: object) -> PageRules:
    """What holds on a site where all of it is on, but for what is said here."""
    on = {"site_enabled": True, "site_mode": PROACTIVE, "child_directed": False}
    return rule(path, words, **{**on, **site})


def test_where_nobody_says_anything_the_site_decides() -> None:
    found = ruled(BOOK, {})

    assert (found.enabled, found.mode) == (Ruled(value=True), Ruled(value=PROACTIVE))
    assert found.triggers_allowed == Ruled(value=True)
    assert found.never_track == Ruled(value=False)
    assert found.may_watch and found.may_trigger


def test_each_aspect_has_its_own_origin() -> None:
    words = {
        HOME: Word(mode=REACTIVE, triggers_allowed=False),
        SHOP: Word(mode=PROACTIVE),
        BOOK: Word(never_track=True),
    }

    found = ruled(BOOK, words)

    assert found.mode == Ruled(value=PROACTIVE, origin=SHOP)
    assert found.triggers_allowed == Ruled(value=False, origin=HOME)
    assert found.never_track == Ruled(value=True, origin=BOOK)
    assert found.enabled.origin is None


def test_below_a_page_that_is_never_watched_the_nearest_word_wins() -> None:
    words = {HOME: Word(never_track=True), SHOP: Word(never_track=False)}

    assert not ruled(BOOK, words).never_track.value
    assert ruled(HOME, words).never_track.value


def test_no_page_watches_against_its_site() -> None:
    words = {BOOK: Word(mode=PROACTIVE, triggers_allowed=True)}

    found = ruled(BOOK, words, site_mode=REACTIVE)

    assert found.mode == Ruled(value=REACTIVE, capped=True)
    assert found.triggers_allowed == Ruled(value=False, capped=True)
    assert not found.may_watch and not found.may_trigger


def test_the_nearest_page_says_when_the_signpost_answers_and_no_site_caps_it() -> None:
    words = {HOME: Word(signpost=Signpost.NEVER), SHOP: Word(signpost=Signpost.ALWAYS)}
    quiet = {"site_mode": REACTIVE, "child_directed": True}

    assert ruled(BOOK, words, **quiet).signpost == Ruled(value=Signpost.ALWAYS, origin=SHOP)
    assert ruled(HOME, words, signpost=Signpost.ALWAYS).signpost.value is Signpost.NEVER
    assert ruled(BOOK, {}, signpost=Signpost.ABSENT).signpost == Ruled(value=Signpost.ABSENT)


def test_on_a_site_for_children_nobody_is_watched_whatever_is_said() -> None:
    words = {BOOK: Word(mode=PROACTIVE, triggers_allowed=True, never_track=False)}

    found = ruled(BOOK, words, child_directed=True)

    assert found.never_track == Ruled(value=True, capped=True)
    assert found.mode.value == REACTIVE
    assert not found.may_watch and not found.may_trigger


@pytest.mark.parametrize(
    ("word", "watch", "trigger"),
    [
        (Word(enabled=False), False, False),
        (Word(mode=REACTIVE), False, False),
        (Word(triggers_allowed=False), True, False),
        (Word(never_track=True), False, True),
    ],
)
def test_who_may_be_watched_and_invited_follows(word: Word, watch: bool, trigger: bool) -> None:
    found = ruled(BOOK, {SHOP: word})

    assert (found.may_watch, found.may_trigger) == (watch, trigger)


def test_the_names_of_types_are_read_as_editors_write_them() -> None:
    assert model_names(" shop.BasketPage, shop.payment ,, ") == {"shop.basketpage", "shop.payment"}
    assert model_names("") == frozenset()
