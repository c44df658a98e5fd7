"""Whose name is whose, and who can take one more."""

import pytest

from wagtail_livechat.agents.rules import Load, has_free_place, skeleton


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
