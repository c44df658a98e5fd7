"""The labelled messages, as they are written down beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
LANGUAGES: Final = ("en", "fr")
CHAT: Final = "chat"
"""The label of what asks nothing that could recur."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One message, and what it asks or answers. ``held``: not looked at while tuning."""

    text: str
    label: str
    held: bool = False


@cache
def questions(language: str) -> tuple[Labelled, ...]:
    """What visitors wrote in this language."""
    content = tomllib.loads((HERE / f"questions.{language}.toml").read_text("utf-8"))
    return tuple(
        Labelled(text=text, label=label, held=table.get("held", False))
        for label, table in content.items()
        for text in table["asked"]
    )


@cache
def replies(language: str) -> tuple[Labelled, ...]:
    """What agents wrote in this language."""
    content = tomllib.loads((HERE / "replies.toml").read_text("utf-8"))
    return tuple(
        Labelled(text=text, label=label)
        for label, table in content.items()
        for text in table[language]
    )
