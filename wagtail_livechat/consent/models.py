"""Banners that editors write, the versions that visitors saw, and what they answered."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField
from wagtail.models import TranslatableMixin
from wagtail.search import index

from wagtail_livechat.editorial import Editorial

from . import preview
from .rules import Interface

RICH_TEXT = ["bold", "italic", "link", "ol", "ul"]


class Change(models.TextChoices):
    """What the editor says of a change when it is published."""

    MAJOR = "major", _("Major: visitors are asked again")
    MINOR = "minor", _("Minor: nobody is asked again")


class ConsentBanner(Editorial):
    """The question that a site asks in one language, as its editors write it.

    What is published becomes a :class:`BannerVersion`; visitors only ever see that.
    """

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(_("name"), max_length=80, help_text=_("Only editors see it."))
    heading = models.CharField(_("heading"), max_length=120)
    body = RichTextField(
        _("text"),
        features=RICH_TEXT,
        help_text=_(
            "Who asks, that people of your team can see pages live, for how long, "
            "that refusing changes nothing for the chat, and how to stop it."
        ),
    )
    assistance_title = models.CharField(_("live assistance: title"), max_length=80, blank=True)
    assistance_text = models.TextField(_("live assistance: description"), blank=True)
    statistics_title = models.CharField(_("statistics: title"), max_length=80, blank=True)
    statistics_text = models.TextField(_("statistics: description"), blank=True)
    asks_assistance = models.BooleanField(_("ask for live assistance"), default=True)
    asks_statistics = models.BooleanField(_("ask for statistics"), default=False)
    accept_label = models.CharField(_("label: accept"), max_length=40, blank=True)
    refuse_label = models.CharField(_("label: refuse"), max_length=40, blank=True)
    choose_label = models.CharField(_("label: choose"), max_length=40, blank=True)
    save_label = models.CharField(_("label: save the choice"), max_length=40, blank=True)
    change_label = models.CharField(
        _("label: change one's mind"),
        max_length=40,
        blank=True,
        help_text=_("Of the control that stays on every page."),
    )
    details_url = models.URLField(
        _("address of the details"),
        blank=True,
        help_text=_("Your privacy page, or the page with the charter of the live help."),
    )
    change = models.CharField(
        _("this change is"),
        max_length=5,
        choices=Change.choices,
        default=Change.MAJOR,
        help_text=_("Major if purposes or meaning change; minor for a typing error."),
    )

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.SearchField("heading"),
        index.FilterField("site_id"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("consent banner")
        verbose_name_plural = _("consent banners")

    def __str__(self) -> str:
        return self.name

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The states in which an editor can try it."""
        return list(preview.MODES)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """A page with nothing on it but the question."""
        return "wagtail_livechat/previews/banner.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """The question, or what follows an answer, in one of the states."""
        shown = preview.shown(self, mode_name)
        language = self.language
        is_rtl = shown["dir"] == "rtl" or language.partition("-")[0] in settings.LANGUAGES_BIDI
        return {
            **super().get_preview_context(request, mode_name),  # type: ignore[no-untyped-call]
            "language": language,
            "rtl": is_rtl,
            "shown": shown,
        }

    def clean(self) -> None:
        """One banner asks at a time on a site, in a language."""
        super().clean()
        others = type(self)._default_manager.filter(
            site_id=self.site_id, locale_id=self.locale_id, live=True
        )
        if self.site_id and self.locale_id and others.exclude(pk=self.pk).exists():
            raise ValidationError(
                {
                    "site": _(
                        "Another banner of this site is published in this language. "
                        "Change that one, or unpublish it first."
                    )
                }
            )


class AppendOnly(TypeError):
    """What is proof is added, and then neither changed nor taken away."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that can be added and read. What may go is taken by ``expire`` alone."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly(f"{self.model.__name__} rows are never changed.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise AppendOnly(f"{self.model.__name__} rows are never changed.")

    def update_or_create(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnly(f"{self.model.__name__} rows are never changed.")

    def delete(self) -> Any:
        raise AppendOnly(f"{self.model.__name__} rows are never deleted one by one.")

    def expire(self) -> int:
        """Take away what need not be proved any longer; for housekeeping alone."""
        count, _by_model = super().delete()
        return count

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        if kwargs.get("update_conflicts"):
            raise AppendOnly(f"{self.model.__name__} rows are never changed.")
        return super().bulk_create(*args, **kwargs)


class AppendOnlyModel(models.Model):
    """A row that is proof: once saved it stays as it is."""

    objects = models.Manager.from_queryset(AppendOnlyQuerySet)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly(f"{type(self).__name__} rows are never changed.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnly(f"{type(self).__name__} rows are never deleted one by one.")


class BannerVersion(AppendOnlyModel):
    """What visitors were shown, word for word: never changed, never deleted with its banner.

    ``major`` grows with each major change of one banner; a consent holds while the
    banner's newest ``major`` is the one that was answered.
    """

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    banner = models.ForeignKey(
        ConsentBanner, on_delete=models.SET_NULL, null=True, related_name="versions"
    )
    language = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    major = models.PositiveIntegerField()
    texts = models.JSONField()
    purposes = models.JSONField()
    hash = models.CharField(max_length=64)
    revision_id = models.PositiveBigIntegerField(null=True)
    published_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["banner", "number"], name="livechat_version_number"),
        ]
        indexes = [models.Index(fields=["site", "language"], name="livechat_version_site")]

    def __str__(self) -> str:
        return f"Banner version {self.pk}"


class Action(models.TextChoices):
    """What a receipt is about."""

    GIVEN = "given", _("Given")
    CHANGED = "changed", _("Changed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


INTERFACES = [
    (Interface.BANNER.value, _("Banner")),
    (Interface.SETTINGS.value, _("Choices of the visitor")),
    (Interface.INDICATOR.value, _("Indicator of watching")),
    (Interface.CHAT.value, _("Chat")),
    (Interface.SIGNAL.value, _("Signal of the browser")),
    (Interface.EXTERNAL.value, _("The site's own consent tool")),
]


class Receipt(AppendOnlyModel):
    """Proof of a yes, and of what became of it. Rows are added, never changed.

    A row that names another as ``previous`` ends it. It holds no address, no browser and
    no page: the receipt's id is known to its own browser alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(
        BannerVersion, on_delete=models.RESTRICT, null=True, related_name="+"
    )
    language = models.CharField(max_length=20)
    assistance = models.BooleanField()
    statistics = models.BooleanField()
    action = models.CharField(max_length=10, choices=Action.choices)
    interface = models.CharField(max_length=10, choices=INTERFACES)
    gpc = models.BooleanField(default=False)
    dnt = models.BooleanField(default=False)
    reference = models.CharField(max_length=200, blank=True)
    software = models.CharField(max_length=40)
    previous = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, related_name="next"
    )
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("consent receipt")
        verbose_name_plural = _("consent receipts")
        default_permissions = ()
        permissions = [("view_consent_receipt", _("See consent receipts"))]

    def __str__(self) -> str:
        return f"Receipt {str(self.pk)[:8]}"


class RefusalCount(models.Model):
    """How often a version was refused on a day: a number, and nothing of who refused."""

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(
        BannerVersion, on_delete=models.CASCADE, null=True, related_name="+"
    )
    day = models.DateField()
    interface = models.CharField(max_length=10, choices=INTERFACES)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["site", "version", "day", "interface"],
                condition=Q(version__isnull=False),
                name="livechat_refusals_of_version",
            ),
            models.UniqueConstraint(
                fields=["site", "day", "interface"],
                condition=Q(version__isnull=True),
                name="livechat_refusals_without",
            ),
        ]

    def __str__(self) -> str:
        return f"Refusals of {self.day}"
