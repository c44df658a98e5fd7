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
    "launcher_signpost": _("Ask our automatic helper"),
    # The panel's head.
    "panel": _("Chat with {team}"),
    "close": _("Close chat"),
    "menu": _("Options"),
    "status_available": _("Somebody is here to answer."),
    "status_unavailable": _("Nobody can answer right now. Your message will wait for the team."),
    "status_signpost": _("An automatic helper answers first. A person can take over."),
    "status_signpost_alone": _("An automatic helper answers. Nobody of the team is here now."),
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
    # What the signpost says.
    "signpost": _("Automatic helper"),
    "automatic": _("Automatic answer"),
    "choices": _("Possible answers"),
    "card_gone": _("This page is no longer there."),
    "helped": _("Did this help?"),
    "helped_yes": _("Yes"),
    "helped_no": _("No"),
    "thanks": _("Thank you."),
    "person": _("Talk to a person"),
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
    "notice_handed_over": _("A person will take over, and can read what was said so far."),
    "notice_handed_over_later": _(
        "Nobody is here right now. Your question stays here for the team: "
        "you will find the answer when you come back."
    ),
    "notice_given_back": _("The automatic helper answers again."),
    "notice_closed_idle": _("The conversation has ended, as nobody wrote any more."),
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


def privacy_notice(days: int, *, for_children: bool = False) -> str:
    """The notice of a site that has not written its own."""
    if for_children:
        return ngettext(
            "Grown-ups of {team} read what you write here. Do not write your full name, where "
            "you live or your telephone number. {days} day after the chat it is deleted.",
            "Grown-ups of {team} read what you write here. Do not write your full name, where "
            "you live or your telephone number. {days} days after the chat it is deleted.",
            days,
        )
    return ngettext(
        "The team of {team} reads what you write here. "
        "It is erased {days} day after the conversation has ended.",
        "The team of {team} reads what you write here. "
        "It is erased {days} days after the conversation has ended.",
        days,
    )


# The words of watching with permission: they travel with it alone.
ASSIST_TEXTS: Final[dict[str, Promise]] = {
    # The choice.
    "choices": _("Privacy choices"),
    "close": _("Close"),
    "save": _("Save my choice"),
    "saved": _("Your choice is stored. You can change it at any time."),
    "not_saved": _("Your choice could not be stored. Please try again."),
    "asked_anew": _("This question has changed. Please reload the page to read it as it is now."),
    "receipt": _("Receipt of your answer: {id}"),
    "signal_gpc": _("Your browser asks not to be tracked (Global Privacy Control). We respect it."),
    "signal_dnt": _("Your browser asks not to be tracked (Do Not Track). We respect it."),
    "signal_choose": _(
        "Nobody sees which pages you view. If you agree here all the same, it holds for this site."
    ),
    "assistance_on": _("Live help is on."),
    "statistics_on": _("Your page views are counted."),
    "stop": _("Stop live help"),
    "stop_statistics": _("Stop counting"),
    "editor": _("Live help is on, but not for editors: you are not watched."),
    # Who is watching.
    "watched": _("Watched by {names}"),
    "watched_end": _("Nobody is watching any more."),
    "show": _("What the staff see"),
    "show_all": _("This is everything that the staff see of your visit."),
    "show_nothing": _("Nobody sees anything of your visit now."),
    "show_failed": _("This cannot be shown right now. Please try again."),
    # What they see: the fields of a visit.
    "field_id": _("Random name of the visit"),
    "field_label": _("Name in the list"),
    "field_watchers": _("Watching now"),
    "field_began_at": _("Visit began"),
    "field_page": _("Page"),
    "field_page_since": _("On this page since"),
    "field_pages": _("Pages viewed"),
    "field_language": _("Language"),
    "field_device": _("Device"),
    "field_origin": _("Came from"),
    "field_returning": _("Has been here before"),
    "field_idle_since": _("Away since"),
    "field_stuck": _("Seems stuck"),
    "field_score": _("Points for being stuck"),
    "field_in_conversation": _("In a conversation"),
    "field_conversation": _("Conversation"),
    "field_invitation": _("Invitation"),
    "field_left_at": _("Left at"),
    "field_steps": _("Pages of this visit, the current one first"),
    "yes": _("Yes"),
    "no": _("No"),
    "results": _("Results: {count}"),
    "page_page": _("A page"),
    "page_search": _("Search"),
    "page_not_found": _("Page not found"),
    "page_other": _("Another page"),
    "page_hidden": _("A page that is not shown"),
    "device_desktop": _("Computer"),
    "device_tablet": _("Tablet"),
    "device_phone": _("Telephone"),
    "stuck_back_and_forth": _("Goes back and forth"),
    "stuck_sibling_loop": _("Goes round among neighbouring pages"),
    "stuck_not_found_search": _("A missing page, then a search"),
    "stuck_empty_search": _("A search without results"),
    "stuck_form_left": _("Left a form unfinished"),
    "stuck_order_dwell": _("Stays long at a step of the order"),
    "stuck_same_page": _("Comes back to the same page"),
    "invitation_queued": _("On its way"),
    "invitation_shown": _("Shown"),
    "invitation_accepted": _("Accepted"),
    "invitation_declined": _("Declined"),
    "invitation_ignored": _("Not answered"),
    "invitation_expired": _("Expired"),
    "invitation_cancelled": _("Taken back"),
    # An invitation.
    "invites": _("{alias} asks"),
    "automatic": _("Automatic message"),
    "accept": _("Yes, let us talk"),
    "decline": _("No, thanks"),
    "never": _("Never ask again"),
    "invitation_failed": _("This could not be sent. Please try again."),
}

TEXT_KEYS: Final = frozenset(TEXTS) | {"privacy"}


def fill(text: str, **values: str | int) -> str:
    """``text`` with each ``{name}`` that is given replaced, once.

    Plain replacement on purpose: an editor's text never reaches a format language.
    """
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text
