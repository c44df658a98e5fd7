"""Conversations, their threads, and the notes that only staff see."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.visitors.models import Visitor

from .rules import label
from .states import State


class StateChoice(models.TextChoices):
    """The states, worded for staff."""

    SIGNPOST = State.SIGNPOST.value, _("With the signpost")
    WAITING = State.WAITING.value, _("Waiting")
    ACTIVE = State.ACTIVE.value, _("Active")
    CLOSED = State.CLOSED.value, _("Closed")


class Initiator(models.TextChoices):
    """Who began a conversation."""

    VISITOR = "visitor", _("Visitor")
    AGENT = "agent", _("Agent")
    TRIGGER = "trigger", _("Trigger")


class Conversation(models.Model):
    """What a visitor and a site's staff say to each other.

    ``last_seq`` is the place of the newest message; it grows only in the transaction
    that stores the message, under the row's lock, so that the order of ``seq`` is the
    order of commits. ``revision`` grows with each other change that browsers show.
    ``waiting_since`` is the moment of the oldest visitor's message without a reply.

    What the signpost needs to go on after a crash is here: up to where it has dealt with what
    the visitor wrote, of which message it asks whether it helped, how many of its answers
    failed, the place in a script, and why it is silent where it is.

    ``helped`` is what the visitor says of the whole of it at its end, if anything.
    ``refused`` has the replies that were refused of late; see ``refusals``.
    """

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # The inbox's index finds a site's as well.
    site = models.ForeignKey(
        "wagtailcore.Site", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    visitor = models.ForeignKey(Visitor, on_delete=models.CASCADE, related_name="conversations")
    agent = models.ForeignKey(
        AgentProfile, on_delete=models.SET_NULL, null=True, related_name="conversations"
    )
    state = models.CharField(
        max_length=10, choices=StateChoice.choices, default=State.WAITING.value
    )
    initiator = models.CharField(
        max_length=10, choices=Initiator.choices, default=Initiator.VISITOR
    )
    # What began it, where a trigger did: its name as it was then.
    began_by = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=20)
    revision = models.PositiveBigIntegerField(default=1)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_note = models.PositiveBigIntegerField(default=0)
    read_by_staff = models.PositiveBigIntegerField(default=0)
    read_by_visitor = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    helped = models.BooleanField(null=True)
    # No foreign key: the host may have swapped Wagtail's page model, and a page that is
    # deleted takes nothing of a conversation with it.
    shared_page_id = models.PositiveBigIntegerField(null=True)
    shared_at = models.DateTimeField(null=True)
    guided_to = models.PositiveBigIntegerField(default=0)
    asks_about = models.PositiveBigIntegerField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    handed_over = models.CharField(max_length=12, blank=True)
    place = models.JSONField(null=True)
    email = models.CharField(max_length=254, blank=True)
    refused = models.JSONField(null=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("reply_conversation", _("Reply to visitors")),
            ("view_transcript", _("See transcripts")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["visitor"],
                condition=~Q(state="closed"),
                name="livechat_one_open_conversation",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "state", "waiting_since"], name="livechat_inbox"),
            models.Index(fields=["site", "-closed_at"], name="livechat_closed"),
        ]

    def __str__(self) -> str:
        # Neutral on purpose: this label reaches Wagtail's logs.
        return f"Conversation {label(self.visitor_id)}"


class Message(models.Model):
    """One entry of a thread: of a visitor, an agent or the signpost, or a notice of the system.

    ``helped`` is what became of an answer by the signpost: it did, it did not, or nobody said.
    ``page_id`` is where it was asked, if whoever answers was told. Like all page ids here it
    has no foreign key.
    """

    # Each index is a page more to be written for each message: the one of ``seq`` finds a
    # conversation's as well, and a visitor's message has no agent.
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.PositiveBigIntegerField()
    ref = models.UUIDField()
    kind = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    notice = models.CharField(max_length=30, blank=True)
    at = models.DateTimeField()
    agent = models.ForeignKey(
        AgentProfile, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    alias = models.CharField(max_length=60, blank=True)
    # A page, image or document that an agent sent; see ``protocol.values.Card``.
    card = models.JSONField(null=True)
    # What the signpost added to its words; see ``guidance``.
    guidance = models.JSONField(null=True)
    helped = models.BooleanField(null=True)
    page_id = models.PositiveBigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="livechat_message_seq"),
            models.UniqueConstraint(fields=["conversation", "ref"], name="livechat_message_ref"),
        ]
        indexes = [
            models.Index(
                fields=["agent"], condition=Q(agent__isnull=False), name="livechat_message_agent"
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.seq} of conversation {self.conversation_id}"


class Note(models.Model):
    """An internal note. It has a table of its own so that no query for a visitor meets it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    number = models.PositiveBigIntegerField()
    ref = models.UUIDField()
    text = models.TextField()
    at = models.DateTimeField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["conversation", "number"], name="livechat_note_number"),
            models.UniqueConstraint(fields=["conversation", "ref"], name="livechat_note_ref"),
        ]

    def __str__(self) -> str:
        return f"Note {self.number} of conversation {self.conversation_id}"
