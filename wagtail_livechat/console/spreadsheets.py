"""What is exported to spreadsheets: shown there, never run."""

from __future__ import annotations

from typing import Any, Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, in either width."""


def neutralised(value: Any) -> Any:
    """A value that a spreadsheet shows and does not run."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def restored(value: str) -> str:
    """What :func:`neutralised` was given, from what it made of it."""
    if value.startswith("'") and value[1:].startswith(FORMULA):
        return value[1:]
    return value
