"""The visitor's choice as a cookie: readable by the page, written by the server alone.

Its signature makes a forged one worthless. The visit's cookie stands beside it, and only
as long as somebody agreed to live assistance.
"""

from __future__ import annotations

from dataclasses import replace

from wagtail_livechat import tokens

from .rules import LONGEST, Choice, read_choice, write_choice


def choice_name(site_id: int, *, plain: bool) -> str:
    """What the cookie of the choice is called. Only one host can set a ``__Host-`` cookie."""
    return _name("choice", site_id, plain)


def visit_name(site_id: int, *, plain: bool) -> str:
    """What the cookie of the visit's key is called."""
    return _name("visit", site_id, plain)


def _name(use: str, site_id: int, plain: bool) -> str:
    return f"{'' if plain else '__Host-'}livechat-{use}-{site_id}"


def sign(site_id: int, choice: Choice) -> str:
    """A choice as the cookie's value."""
    text = write_choice(choice)
    return f"{text}.{tokens.sign_choice(site_id, text)}"


def read(site_id: int, value: str) -> Choice | None:
    """The choice in a cookie; ``None`` if we did not write it for this site."""
    if not value or len(value) > LONGEST:
        return None
    text, _, signature = value.rpartition(".")
    if not tokens.is_choice_ours(site_id, text, signature):
        return None
    return read_choice(text)


def flagged(
    site_id: int, value: str, *, returning: bool = False, never: bool = False
) -> str | None:
    """The same choice with a flag more; ``None`` where there is no choice to remember it in.

    The day stays that of the answer: a flag makes nothing hold longer.
    """
    choice = read(site_id, value)
    if choice is None:
        return None
    return sign(
        site_id,
        replace(choice, returning=choice.returning or returning, never=choice.never or never),
    )
