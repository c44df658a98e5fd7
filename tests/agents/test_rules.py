"""Whose name is whose, and who can take one more."""

import pytest

from wagtail_livechat.agents.rules import (
    LONGEST_SKELETON,
    Load,
    clean_alias,
    has_free_place,
    skeleton,
)


@pytest.mark.parametrize(
    "look_alike",
    [
        "alice",
        " Alice ",
        "ALICE",
        "Al\u200bice",
        "\u0410lice",
        "Ali\u0441e",
        "A1ice",
        "AIice",
        "Àlicé",
        "Al.ice",
    ],
)
def test_a_name_that_looks_like_alice_is_alice(look_alike: str) -> None:
    assert skeleton(look_alike) == skeleton("Alice")


@pytest.mark.parametrize("other", ["Alicia", "Bruno", "Ali", "アリス"])
def test_another_name_is_another(other: str) -> None:
    assert skeleton(other) != skeleton("Alice")


def test_invisible_characters_alone_are_no_name() -> None:
    assert skeleton("\u200b \u2060") == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Al  of\tthe\ncounter ", "Al of the counter"),
        ("Zoé", "Zoé"),
        ("Nguyễn Ệ", "Nguyễn Ệ"),
        ("Ａｌｉｃｅ", "Alice"),
        ("\u202eecilA\u202c", "ecilA"),
        ("Al\u2066i\u2069ce\u200f", "Alice"),
        ("Alice\U000e0041\U000e007f", "Alice"),
        ("Al\x00i\x1b[31mce\x85", "Ali[31mce"),
        ("Alice\ue000\U0010ffff\ufdd0", "Alice"),
        ("Alice\ud800", "Alice"),
        ("\u3164\u115f\u2800", ""),
        ("Z\u0336\u0336\u0336\u0336\u0336\u0336a", "Z\u0336\u0336\u0336a"),
        ("a" + "\u0489" * 1_000, "a" + "\u0489" * 3),
    ],
)
def test_an_alias_is_one_line_of_what_can_be_seen(typed: str, shown: str) -> None:
    assert clean_alias(typed) == shown


@pytest.mark.parametrize("expands", ["\ufdfa", "각", "㌖", "ﷺ"])
def test_what_an_alias_looks_like_fits_its_column(expands: str) -> None:
    long, other = skeleton(expands * 60), skeleton(expands * 59 + "a")
    assert len(long) <= LONGEST_SKELETON and len(other) <= LONGEST_SKELETON
    assert long != other


@pytest.mark.parametrize(
    ("present", "available", "active", "free"),
    [
        (True, True, 0, True),
        (True, True, 2, True),
        (True, True, 3, False),
        (True, True, 4, False),
        (True, False, 0, False),
        (False, True, 0, False),
    ],
)
def test_a_free_place_needs_presence_and_choice(
    present: bool, available: bool, active: int, free: bool
) -> None:
    load = Load(present=present, available=available, active=active, capacity=3)
    assert has_free_place(load) is free
