"""Every word of the widget, in English; translations are in ``locale/``.

The browser holds no word of its own: these travel in the configuration, in the language
of the page. ``{name}`` is filled in by the browser, except ``{team}`` and ``{days}``,
which are filled in here. The keys are those of ``static_src/texts.ts``.
"""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

TEXTS: Final[dict[str, Promise]] = {
    # The launcher, while the panel is closed.
    "launcher": _("Chat with us"),
    "launcher_unread": _("Chat with us. Unread messages: {count}"),
    # The panel's head.
    "panel": _("Chat with {team}"),
    "close": _("Close chat"),
    "menu": _("Options"),
    "status_available": _("Somebody is here to answer."),
    "status_unavailable": _("Nobody can answer right now. Your message will wait for the team."),
    "status_waiting": _("Somebody will answer in a moment."),
    "status_active": _("You are talking with {alias}."),
    "status_left": _("{alias} is not here right now. Your message will wait for the team."),
    "status_closed": _("This conversation has ended. Write to take it up again."),
    "welcome": _("Hello! How can we help?"),
    # Writing.
    "composer": _("Your message"),
    "composer_placeholder": _("Write a message…"),
    "send": _("Send"),
    "emoji": _("Insert an emoji"),
    "characters_left": _("Characters left: {count}"),
    "too_long": _("Too long by {count} characters. Shorten it, or send it in parts."),
    # Reading.
    "log": _("Messages"),
    "you": _("You"),
    "team_member": _("Team"),
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "typing": _("{alias} is writing…"),
    "new_messages": _("New messages: {count}"),
    "opens_new_tab": _("opens in a new tab"),
    # What became of a message.
    "state_sending": _("Sending…"),
    "state_sent": _("Sent"),
    "state_seen": _("Seen"),
    "state_failed": _("Not sent"),
    "retry": _("Send again"),
    "take_back": _("Edit"),
    "failed_unknown": _("It could not be sent."),
    "failed_old": _("It was written a while ago and never reached us."),
    # What happened (notices).
    "notice_picked_up": _("{alias} joined the conversation."),
    "notice_closed_by_agent": _("{alias} ended the conversation."),
    "notice_closed_by_visitor": _("You ended the conversation."),
    "notice_reopened": _("The conversation goes on."),
    "notice_other": _("The conversation has changed."),
    # The line to the server.
    "connecting": _("Connecting…"),
    "offline": _("Connection lost. What you write is kept, and sent when it is back."),
    "online": _("Connected again."),
    "slow": _("The connection is limited: messages may take a few seconds."),
    "stopped": _("The chat is not available here."),
    "outdated": _("The site has been updated. Reload the page to go on."),
    "reload": _("Reload the page"),
    "start_failed": _("The chat could not be opened."),
    "try_again": _("Try again"),
    "nothing_kept": _(
        "This browser keeps nothing: do not leave the page before your message is sent."
    ),
    # What the visitor decides.
    "share_page": _("Show the team which page I am on"),
    "sharing_soon": _("The team will see that you are on: {page}"),
    "sharing_page": _("The team sees that you are on: {page}"),
    "sound": _("Sound for new messages"),
    "end": _("End the conversation"),
    "end_confirm": _("End this conversation? You can take it up again by writing."),
    "end_yes": _("End it"),
    "forget": _("Forget this conversation"),
    "forget_confirm": _(
        "The conversation ends, and this browser forgets it: you will no longer be able to read it."
    ),
    "forget_yes": _("Forget it"),
    "forgotten": _("This browser has forgotten the conversation."),
    "cancel": _("Cancel"),
}


# Translators: the code of the language that these words are in, such as en or fr.
LANGUAGE: Final = pgettext_lazy("language of the words", "en")
"""Where a language has no catalogue of ours, this says which one speaks in its place."""


def privacy_notice(days: int) -> str:
    """The notice of a site that has not written its own."""
    return ngettext(
        "The team of {team} reads what you write here. "
        "It is erased {days} day after the conversation has ended.",
        "The team of {team} reads what you write here. "
        "It is erased {days} days after the conversation has ended.",
        days,
    )


TEXT_KEYS: Final = frozenset(TEXTS) | {"privacy"}


def fill(text: str, **values: str | int) -> str:
    """``text`` with each ``{name}`` that is given replaced, once.

    Plain replacement on purpose: an editor's text never reaches a format language.
    """
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
