"""What a line of the table of commands says; the table itself is :mod:`.dispatch`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from wagtail_livechat.conversations import hot_path
from wagtail_livechat.protocol import commands

from .limits import Rate


class Role(Enum):
    """On which side a command exists."""

    VISITOR = "visitor"
    STAFF = "staff"
    VISIT = "visit"


class Where(Enum):
    """What a command needs: nothing, a read, or a write."""

    HERE = "here"
    READ = "read"
    WRITE = "write"


class Right(Enum):
    """What a member of staff must hold on some site to ask this at all.

    On which site is asked again by the action, of the conversation itself.
    """

    ANY = "any"
    REPLY = "reply"
    VIEW = "view"
    WATCH = "watch"
    INVITE = "invite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How one command is carried out.

    What ``prepare`` finds is handed to ``act`` as well: whatever takes time happens there,
    before the writer, who writes for everybody.
    """

    where: Where
    rate: Callable[[], Rate]
    act: Callable[..., Any]
    right: Right | None = None
    draft: Callable[[Any, Any], hot_path.Draft | None] | None = None
    prepare: Callable[[Any, Any], Any] | None = None


def constant(rate: Rate) -> Callable[[], Rate]:
    """A rate that no setting changes."""
    return lambda: rate


def nothing(speaker: object, command: commands.Command) -> None:
    """To be heard is all that it is for."""
