"""The library of canned replies, and how they were used."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.fields import RichTextField
from wagtail.models import Locale, TranslatableMixin
from wagtail.search import index

from wagtail_livechat.agents.models import AgentProfile
from wagtail_livechat.conversations.models import Conversation
from wagtail_livechat.editorial import Editorial

from . import preview
from .cards import CardsField
from .placeholders import unknown_in
from .rules import MOST_SHORTCUT, Reach, is_shortcut
from .writing import plain_text

RICH_TEXT = ["bold", "italic", "link", "ol", "ul"]
MOST_TEXT = 4_000


class CannedReplyTag(TaggedItemBase):
    """A tag of a reply."""

    content_object = ParentalKey(
        "wagtail_livechat.CannedReply", on_delete=models.CASCADE, related_name="tagged"
    )

    class Meta:
        default_permissions = ()


class CannedReply(Editorial, ClusterableModel):
    """An answer that is kept ready: agents find it, fill it in, change it, and send it.

    Without a ``site`` it is for all of them; with an ``owner`` it is personal, and nobody
    else sees it; with a ``group`` it is for the members of that group.
    """

    site = models.ForeignKey(
        "wagtailcore.Site",
        verbose_name=_("site"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: for all sites."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    # Protected: without its group a reply would be for everybody, or lost.
    group = models.ForeignKey(
        "auth.Group",
        verbose_name=_("group"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: for everybody who replies to visitors."),
    )
    title = models.CharField(_("title"), max_length=120, help_text=_("Only staff see it."))
    shortcut = models.CharField(
        _("shortcut"),
        max_length=MOST_SHORTCUT,
        blank=True,
        help_text=_("What agents type after “/”: letters, digits and hyphens."),
    )
    text = RichTextField(
        _("text"),
        features=RICH_TEXT,
        help_text=_("Visitors get it as plain text: lists keep their marks, links their address."),
    )
    category = models.CharField(_("category"), max_length=60, blank=True)
    tags = ClusterTaggableManager(through=CannedReplyTag, blank=True, verbose_name=_("tags"))
    cards = CardsField(verbose_name=_("cards"))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("This day included.")
    )
    sort_order = models.IntegerField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False, db_index=True)

    OUTSIDE_REVISIONS: ClassVar = ("sort_order", "changed_at")

    search_fields = [
        index.SearchField("title", boost=3),
        index.AutocompleteField("title"),
        index.SearchField("shortcut", boost=3),
        index.AutocompleteField("shortcut"),
        index.SearchField("text"),
        index.AutocompleteField("text"),
        index.SearchField("category"),
        index.AutocompleteField("category"),
        index.RelatedFields("tags", [index.SearchField("name"), index.AutocompleteField("name")]),
        index.FilterField("title"),
        index.FilterField("category"),
        index.FilterField("site_id"),
        index.FilterField("owner_id"),
        index.FilterField("group_id"),
        index.FilterField("locale_id"),
        index.FilterField("live"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new reply comes last. Tags are stored after the row, so it is indexed again."""
        if self.sort_order is None:
            last = CannedReply.objects.aggregate(last=models.Max("sort_order"))["last"]
            self.sort_order = 0 if last is None else last + 1
        super().save(*args, **kwargs)
        index.insert_or_update_object(self)

    @property
    def reach(self) -> Reach:
        """For whom it is there, and when."""
        return Reach(
            site_id=self.site_id,
            owner_id=self.owner_id,
            group_id=self.group_id,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The states in which an editor can try it."""
        return list(preview.MODES)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """A page with nothing on it but the message."""
        return "wagtail_livechat/previews/canned_reply.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """The message in one of the states."""
        return {
            **super().get_preview_context(request, mode_name),
            **preview.shown(self, mode_name),
        }

    def clean(self) -> None:
        """Refuse what could not be filled in, found or sent."""
        super().clean()
        errors: dict[str, Any] = {}
        if self.shortcut and not is_shortcut(self.shortcut):
            errors["shortcut"] = _("Use letters and digits, with single hyphens between them.")
        elif self.shortcut and self._others_with_shortcut().exists():
            errors["shortcut"] = _("Another reply for the same people has this shortcut.")
        if self.owner_id and self.group_id:
            errors["group"] = _("A personal reply is for no group.")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            errors["valid_until"] = _("The last day is before the first.")
        if text := self._text_error():
            errors["text"] = text
        if errors:
            raise ValidationError(errors)

    def _text_error(self) -> Any:
        words = plain_text(self.text)
        if unknown := unknown_in(words):
            return ValidationError(
                _("“%(placeholder)s” is not a placeholder that can be filled in."),
                params={"placeholder": unknown[0]},
            )
        if len(words) > MOST_TEXT:
            return ValidationError(
                _("A message has at most %(most)d characters; this text has %(count)d."),
                params={"most": MOST_TEXT, "count": len(words)},
            )
        return None if words else _("There is nothing to send.")

    def _others_with_shortcut(self) -> models.QuerySet[CannedReply]:
        same_people: dict[str, Any] = {
            "site_id": self.site_id,
            "owner_id": self.owner_id,
            "group_id": self.group_id,
            "locale_id": self.locale_id or Locale.get_default().pk,
        }
        found = CannedReply.objects.filter(shortcut__iexact=self.shortcut, **same_people)
        return found.exclude(pk=self.pk)


class CannedReplyUse(models.Model):
    """A reply was sent: by whom, changed before or not, and to which question.

    ``asked`` is the place of the visitor's message that it answered; the words are that
    message's alone, and go with it.
    """

    # Short-lived, and no use of anything that an editor would look for.
    wagtail_reference_index_ignore = True

    reply = models.ForeignKey(CannedReply, on_delete=models.CASCADE, related_name="uses")
    profile = models.ForeignKey(
        AgentProfile, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked = models.PositiveBigIntegerField(null=True)
    ref = models.UUIDField(unique=True)
    edited = models.BooleanField()
    suggested = models.BooleanField(default=False)
    at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Use {self.pk} of canned reply {self.reply_id}"
