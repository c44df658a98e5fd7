"""As many messages as a busy year has: the labelled ones, with titles, towns and slips."""

from __future__ import annotations

import random
from typing import Final

from .labelled import questions

SYLLABLES: Final = "ba con dre fil gor lin mar nou per qui ros tal ver zan chi ple".split()
NAMES: Final = 8_000


def many(number: int, *, language: str, seed: int = 1) -> list[str]:
    """Seven of ten ask what is asked again and again; the same seed says the same."""
    dice = random.Random(seed)
    names = [
        "".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 4))) for _ in range(NAMES)
    ]
    asked = [message.text for message in questions(language)]
    return [_one(dice, asked, names) for _ in range(number)]


def _one(dice: random.Random, asked: list[str], names: list[str]) -> str:
    if dice.random() >= 0.7:
        return " ".join(dice.choice(names) for _ in range(dice.randint(3, 15)))
    text = dice.choice(asked)
    if dice.random() < 0.6:
        text = f"{text} {' '.join(dice.choice(names) for _ in range(dice.randint(1, 4)))}"
    if dice.random() < 0.15:
        slip = dice.randrange(len(text))
        text = text[:slip] + text[slip + 1 :]
    return text
