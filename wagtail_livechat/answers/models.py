"""What editors write for the signpost: answers to questions, and scripts."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField
from wagtail.models import TranslatableMixin
from wagtail.search import index

from wagtail_livechat.consent.rich_text import pieces_of, text_of
from wagtail_livechat.editorial import Editorial

from . import preview
from .blocks import PagesField, StepsField

RICH_TEXT = ["bold", "italic", "link", "ol", "ul"]
MOST_WORDINGS = 40
MOST_WORDING = 300


def wordings_in(text: str) -> list[str]:
    """The wordings of a question, one on each line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def validate_wordings(text: str) -> None:
    """Not too many, and none too long."""
    wordings = wordings_in(text)
    if len(wordings) > MOST_WORDINGS:
        raise ValidationError(
            _("There are %(count)d wordings; %(most)d are enough."),
            params={"count": len(wordings), "most": MOST_WORDINGS},
            code="too_many",
        )
    for wording in wordings:
        if len(wording) > MOST_WORDING:
            raise ValidationError(
                _("“%(wording)s…” is longer than %(most)d characters."),
                params={"wording": wording[:40], "most": MOST_WORDING},
                code="too_long",
            )


class Said(Editorial):
    """What the signpost says when a question is like one of these wordings."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Only staff see it."))
    wordings = models.TextField(
        _("questions"),
        validators=[validate_wordings],
        help_text=_(
            "The same question as different visitors would write it, one on each line. Three to "
            "ten are plenty; endings and typing errors need not be written out."
        ),
    )

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("wordings"),
        index.FilterField("site_id"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def wording_list(self) -> list[str]:
        """The wordings, one by one."""
        return wordings_in(self.wordings)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """It looks the same to everybody."""
        return [("", _("As a visitor reads it"))]

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """A page with nothing on it but what is said."""
        return "wagtail_livechat/previews/said.html"


class CuratedAnswer(Said):
    """An answer that editors wrote to a question that is often asked."""

    text = RichTextField(
        _("answer"),
        features=RICH_TEXT,
        blank=True,
        help_text=_("Short: it is read in a narrow window."),
    )
    pages = PagesField(
        verbose_name=_("pages to point to"),
        help_text=_("At most three. A page that is not published, or private, is left out."),
    )

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("curated answer")
        verbose_name_plural = _("curated answers")

    search_fields = [*Said.search_fields, index.SearchField("text")]

    @property
    def has_words(self) -> bool:
        """Whether the answer says anything."""
        return bool(text_of(pieces_of(self.text)))

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """The first wording, and the answer to it as it would be given now."""
        return {
            **super().get_preview_context(request, mode_name),
            **preview.of_answer(self),
        }


class SignpostScript(Said):
    """A small decision tree: what to say, ask, point to, and when to hand over."""

    steps = StepsField(verbose_name=_("steps"), help_text=_("The script begins with the first."))

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("script")
        verbose_name_plural = _("scripts")

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """The whole tree: each choice leads to its step."""
        return {
            **super().get_preview_context(request, mode_name),
            **preview.of_script(self),
        }
