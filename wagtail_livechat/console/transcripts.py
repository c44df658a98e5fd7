"""A conversation to read, not to answer; who opened it is written down."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from wagtail_livechat.conversations.cards import stored_card
from wagtail_livechat.conversations.guidance import Addresses, addresses_of, guidance_of
from wagtail_livechat.conversations.models import Conversation, Message
from wagtail_livechat.conversations.queries import conversation_by_id, notes_after
from wagtail_livechat.privacy.models import Look
from wagtail_livechat.protocol.values import NoticeCode
from wagtail_livechat.site_settings.queries import settings_for

from .looks import note_look
from .permissions import VIEW_TRANSCRIPT, SitePermissionMixin

VIEWED: Final = "wagtail_livechat.view_transcript"

NOTICES: Final[dict[str, Promise]] = {
    NoticeCode.PICKED_UP: _("%(who)s picked up the conversation."),
    NoticeCode.CLOSED_BY_AGENT: _("%(who)s closed the conversation."),
    NoticeCode.CLOSED_BY_VISITOR: _("The visitor ended the conversation."),
    NoticeCode.REOPENED: _("The conversation is open again."),
    NoticeCode.HANDED_OVER: _("The signpost handed the conversation over."),
    NoticeCode.HANDED_OVER_LATER: _("The signpost handed the conversation over; nobody was here."),
    NoticeCode.GIVEN_BACK: _("%(who)s gave the conversation back to the signpost."),
    NoticeCode.CLOSED_IDLE: _("The conversation ended, as nobody wrote any more."),
}


class Entry:
    """One row of a transcript, worded for its reader."""

    def __init__(self, row: Message, addresses: Addresses) -> None:
        self.seq = row.seq
        self.at = row.at
        self.kind = row.kind
        self.text = row.text
        self.card = stored_card(row.card)
        guidance = guidance_of(row.guidance, addresses)
        self.pages = guidance.cards if guidance else []
        self.failed = row.helped is False
        self.who = self._who(row)
        # What happened was written by nobody: the sentence itself says who did it.
        is_said = row.kind != "notice"
        self.account = row.agent.user.get_username() if row.agent and is_said else ""
        if row.kind == "notice":
            sentence = NOTICES.get(row.notice, _("The conversation has changed."))
            self.text = str(sentence) % {"who": row.alias or _("An agent")}

    @staticmethod
    def _who(row: Message) -> str | Promise:
        if row.kind == "visitor":
            return _("Visitor")
        if row.kind == "signpost":
            return _("Signpost (automatic)")
        return row.alias if row.kind == "agent" else ""


class TranscriptView(SitePermissionMixin, WagtailAdminTemplateMixin, TemplateView):
    """``transcripts/<id>/``: what was said, page by page.

    A conversation of another site does not exist here.
    """

    codenames = (VIEW_TRANSCRIPT,)
    http_method_names = ["get", "head", "options"]
    template_name = "wagtail_livechat/console/transcript.html"
    page_title: Any = _("Transcript")
    header_icon = "livechat"
    entries_per_page = 200

    @cached_property
    def conversation(self) -> Conversation:
        """The conversation, if it is on one of this user's sites."""
        found = conversation_by_id(str(self.kwargs["conversation_id"]), self.site_ids)
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show it, and note that it was shown."""
        log(instance=self.conversation, action=VIEWED, user=request.user)
        note_look(
            request,
            site_id=self.conversation.site_id,
            look=Look.READ_TRANSCRIPT,
            target=str(self.conversation),
        )
        return super().get(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        """Which one: by its neutral label."""
        return str(self.conversation)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the console, then here."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("livechat_console:index"), "label": _("Live chat")},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The conversation, one page of its entries, and its notes."""
        rows = self.conversation.messages.select_related("agent__user").order_by("seq")
        paginator = Paginator(rows, self.entries_per_page)
        page = paginator.get_page(self.request.GET.get("p"))
        addresses = addresses_of(row.guidance for row in page)
        return {
            **super().get_context_data(**kwargs),
            "conversation": self.conversation,
            "site_name": settings_for(self.conversation.site_id).site_name,
            "page": page,
            "entries": [Entry(row, addresses) for row in page],
            "notes": notes_after(self.conversation.pk, 0),
        }
