"""The error family: each refusal has a stable code and a sentence for its reader.

Actions raise; ``transport`` turns the code and the sentence into a reply in the
reader's language.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .protocol.values import VERSION


class LiveChatError(Exception):
    """A refusal. ``retry_ms`` is there where asking again later may help."""

    code: ClassVar[str] = "error"
    message: ClassVar[str | Promise] = _("Something went wrong. Please try again.")
    status: ClassVar[int] = 400
    retry_ms: int | None = None

    def __init__(self, *, retry_ms: int | None = None, **names: Any) -> None:
        super().__init__(self.code)
        self.names = names
        if retry_ms is not None:
            self.retry_ms = retry_ms

    def sentence(self) -> str:
        """What to tell the reader, in the active language."""
        text = str(self.message)
        return text.format(**self.names) if self.names else text


class BadCommand(LiveChatError):
    """The frame is not a command of this role."""

    code = "bad_frame"
    message = _("This could not be understood.")


class UnknownType(LiveChatError):
    code = "unknown_type"
    message = _("This could not be understood.")


class TooBig(LiveChatError):
    code = "too_big"
    message = _("This message is too long.")
    status = 413


class EmptyMessage(LiveChatError):
    code = "empty_message"
    message = _("There is nothing to send.")


class UnsupportedVersion(LiveChatError):
    code = "unsupported_version"
    message = _(
        "This page is out of date: the server speaks version {supported}. Please reload it."
    )
    status = 426

    def __init__(self, **names: Any) -> None:
        super().__init__(**({"supported": VERSION} | names))


class IdentityMissing(LiveChatError):
    """No visitor key, or not one of ours."""

    code = "identity_missing"
    message = _("Please open the chat again.")
    status = 401


class TicketInvalid(LiveChatError):
    code = "ticket_invalid"
    message = _("The connection could not be confirmed. It will be tried again.")
    status = 401


class SessionEnded(LiveChatError):
    code = "session_ended"
    message = _("You are logged out. Please log in again.")
    status = 401


class Forbidden(LiveChatError):
    code = "forbidden"
    message = _("You are not allowed to do this.")
    status = 403


class NotFound(LiveChatError):
    """The same answer for what does not exist and for what is not theirs."""

    code = "not_found"
    message = _("This conversation does not exist.")
    status = 404


class Gone(LiveChatError):
    """The conversation was forgotten."""

    code = "gone"
    message = _("This conversation no longer exists.")
    status = 410


class BadPage(LiveChatError):
    code = "bad_page"
    message = _("This page cannot be shown.")


class BadCursor(LiveChatError):
    """A cursor from another conversation or from the future."""

    code = "bad_cursor"
    message = _("The conversation is being loaded again.")


class Conflict(LiveChatError):
    """The same ``ref`` came with another text; the first is kept."""

    code = "conflict"
    message = _("This message was already sent with another text.")
    status = 409


class Closed(LiveChatError):
    code = "closed"
    message = _("This conversation has ended.")
    status = 409


class RefusedBefore(LiveChatError):
    """A late copy of a reply whose writer was told no: they may have written it anew."""

    code = "refused_before"
    message = _("This was refused before. Send it again if it still fits.")
    status = 409


class NotYours(LiveChatError):
    code = "not_yours"
    message = _("{alias} is answering this conversation.")
    status = 409


class Taken(LiveChatError):
    """Two agents picked up; the other one won."""

    code = "taken"
    message = _("{alias} has just picked up this conversation.")
    status = 409


class AtCapacity(LiveChatError):
    code = "at_capacity"
    message = _(
        "You already have as many conversations as you can take. Close one, or raise your capacity."
    )
    status = 409


class WrongState(LiveChatError):
    """The state table knows no such step."""

    code = "wrong_state"
    message = _("This is not possible for this conversation now.")
    status = 409


class VisitorLeft(LiveChatError):
    """The visitor had everything forgotten: nobody could read the reply."""

    code = "visitor_left"
    message = _("The visitor has left for good and could not read a reply.")
    status = 409


class SharingDisabled(LiveChatError):
    code = "sharing_disabled"
    message = _("Pages cannot be shared on this site.")
    status = 403


class NotOffered(LiveChatError):
    """The chat is switched off for this site."""

    code = "not_offered"
    message = _("The chat is switched off.")
    status = 403


class RateLimited(LiveChatError):
    code = "rate_limited"
    message = _("You are sending faster than we can follow. Please wait a moment.")
    status = 429
    retry_ms = 1_000


class TooManySockets(LiveChatError):
    code = "too_many_sockets"
    message = _("The chat is open in too many tabs. Please close one.")
    status = 429


class Busy(LiveChatError):
    """The server has more to write than it can take; nothing is lost by waiting."""

    code = "busy"
    message = _("We are very busy. Your message will be sent again in a moment.")
    status = 503
    retry_ms = 2_000


class Unavailable(LiveChatError):
    """The database does not answer; nothing was stored."""

    code = "unavailable"
    message = _("We cannot store your message right now. It will be sent again.")
    status = 503
    retry_ms = 3_000


class Silent(LiveChatError):
    code = "timeout"
    message = _("The connection was silent for too long.")
    status = 408


class TooSlow(LiveChatError):
    """The receiver does not read what it is told."""

    code = "too_slow"
    message = _("The connection is too slow. It will be opened again.")
    status = 408


class Internal(LiveChatError):
    """A fault of ours; the log has it under ``number``."""

    code = "internal"
    message = _("Something went wrong on our side. Please try again.")
    status = 500
    retry_ms = 3_000


class NoConsent(LiveChatError):
    """The visitor has not agreed to this, or not any more."""

    code = "no_consent"
    message = _("You have not agreed to this.")
    status = 403


class UnknownVersion(LiveChatError):
    """An answer to a banner that is not the one that holds on this site."""

    code = "unknown_version"
    message = _("The question has changed. Please look at it again.")
    status = 409


class ReplayedReceipt(LiveChatError):
    """A yes that builds on a receipt which another answer has already ended."""

    code = "replayed_receipt"
    message = _("Your choice was changed meanwhile. Please choose again.")
    status = 409


class UnknownPurpose(LiveChatError):
    """An answer to something that was not asked."""

    code = "unknown_purpose"
    message = _("This was not asked.")


class KeyMissing(LiveChatError):
    """To accept, a key of the chat is needed; the invitation goes on standing."""

    code = "key_missing"
    message = _("Please accept once more.")
    status = 401


class NotInvited(LiveChatError):
    """An invitation that does not stand (any more)."""

    code = "not_invited"
    message = _("This invitation no longer stands.")
    status = 409


class MayNotInvite(LiveChatError):
    """A cap, a refusal of the visitor or a rule forbids it; ``reason`` says which."""

    code = "may_not_invite"
    message = _("This visitor may not be invited: {reason}")
    status = 409


class Restricted(LiveChatError):
    """Not everybody may see this page, picture or document."""

    code = "restricted"
    message = _("Not everybody may see this: it cannot be sent.")
    status = 403


class Unfilled(LiveChatError):
    """A placeholder of a canned reply still stands in a message; ``what`` says which."""

    code = "unfilled"
    message = _("Fill in {what} before you send this.")
