"""The connections as the hub knows them: what they can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .audience import Wake
    from .availability import Place


class VisitorListener(Protocol):
    """A visitor's connection, as the hub knows it. ``place`` is where it greeted from."""

    place: Place | None

    def tell_message(self, seq: int, text: str) -> None: ...

    def tell_state(self, text: str) -> None: ...

    def tell_typing(self, text: str) -> None: ...

    def tell_availability(self, text: str) -> None: ...

    def recognised(self, visitor_id: int) -> None:
        """The visitor has just become somebody, in another tab."""

    def forgotten(self) -> None:
        """The key was revoked."""


class VisitListener(Protocol):
    """A tab of a visit, as the registry of visits knows it."""

    def tell_watchers(self, number: int, text: str) -> None:
        """Who watches now, under which number: to be shown, then answered."""

    def over(self, error: Exception) -> None:
        """The permission is gone."""


class WatchedListener(Protocol):
    """Whoever looks after the visits of a process, as the hub knows them."""

    def hear(self, wake: Wake, *, from_here: bool) -> None:
        """Something is about visits."""

    def card_changed(self, topic: str) -> None:
        """A conversation of this site's staff began or changed."""

    def staff_changed(self) -> None:
        """Somebody of the staff came or went, or has other rights."""


class StaffListener(Protocol):
    """A staff connection, as the hub knows it."""

    @property
    def profile_id(self) -> int: ...

    def may_see(self, site_id: int) -> bool: ...

    def may_watch(self, site_id: int) -> bool: ...

    def tell_invitation(self, invitation_id: str, text: str) -> None: ...

    def tell_message(self, conversation_id: str, seq: int, text: str) -> None: ...

    def tell_note(self, conversation_id: str, number: int, text: str) -> None: ...

    def tell_card(self, conversation_id: str, text: str) -> None: ...

    def tell_agent(self, profile_id: int, text: str) -> None: ...

    def tell_typing(self, conversation_id: str, who: str, text: str) -> None: ...

    def revoked(self, session_hash: str | None) -> None:
        """Rights or the session changed: look again."""
