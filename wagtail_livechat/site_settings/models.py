"""What an editor decides for a site, its languages and its pages."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.coreutils import get_content_languages
from wagtail.images import get_image_model_string

from .forms import LiveChatSettingsForm, StuckSettingsForm
from .rules import Signpost

DEFAULT_ACCENT = "#0a5f55"
DEFAULT_RETENTION_DAYS = 90


class Theme(models.TextChoices):
    """Which colours the widget wears."""

    AUTO = "auto", _("As the visitor's device is set")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Position(models.TextChoices):
    """The bottom corner of the page that the launcher sits in."""

    RIGHT = "right", _("Right")
    LEFT = "left", _("Left")


class Mode(models.TextChoices):
    """Who may begin."""

    REACTIVE = "reactive", _("Off: only visitors begin")
    PROACTIVE = "proactive", _("On: staff see who agreed, and may invite")


class SignpostMode(models.TextChoices):
    """When the signpost answers first."""

    ALWAYS = Signpost.ALWAYS.value, _("Always")
    ABSENT = Signpost.ABSENT.value, _("When nobody is there")
    NEVER = Signpost.NEVER.value, _("Never")


def language_choices() -> list[tuple[str, str]]:
    """The languages in which this project has pages."""
    known = dict(settings.LANGUAGES) | dict(get_content_languages())
    return [(code, str(name)) for code, name in known.items()]


def validate_language(code: str) -> None:
    """Refuse a language that the project does not have."""
    if code not in dict(language_choices()):
        raise ValidationError(_("This site has no pages in this language."))


@register_setting(icon="livechat", order=310)
class LiveChatSettings(ClusterableModel, BaseSiteSetting):
    """The chat of one site. Where there is no row, the defaults below hold."""

    enabled = models.BooleanField(
        _("offer the chat"),
        default=False,
        help_text=_("On pages of this site, while somebody is there to answer."),
    )
    team_name = models.CharField(
        _("name of the team"),
        max_length=80,
        blank=True,
        help_text=_("Empty: the name of the site."),
    )
    team_avatar = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("picture of the team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default=DEFAULT_ACCENT,
        help_text=_("Text on it becomes white or dark, whichever can be read."),
    )
    theme = models.CharField(_("theme"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    position = models.CharField(
        _("corner"),
        max_length=5,
        choices=Position.choices,
        default=Position.RIGHT,
        help_text=_("The same in all languages."),
    )
    sound_allowed = models.BooleanField(
        _("visitors may switch on a sound"),
        default=True,
        help_text=_("It is off until a visitor switches it on."),
    )
    sharing_allowed = models.BooleanField(
        _("visitors may show the page they are on"),
        default=True,
        help_text=_("Each visitor decides, sees it and can stop it."),
    )
    mode = models.CharField(
        _("live assistance"),
        max_length=9,
        choices=Mode.choices,
        default=Mode.REACTIVE,
        help_text=_("Only visitors who agreed are ever watched."),
    )
    signpost = models.CharField(
        _("the signpost answers first"),
        max_length=6,
        choices=SignpostMode.choices,
        default=SignpostMode.NEVER,
        help_text=_(
            "An automatic answer from the pages of this site and from what you wrote for it. "
            "Languages, and parts of the page tree, can say otherwise."
        ),
    )
    child_directed = models.BooleanField(
        _("this site is for children"),
        default=False,
        help_text=_("Nobody is watched, nothing is counted, whatever a banner says."),
    )
    external_consent = models.BooleanField(
        _("the site has a consent tool of its own"),
        default=False,
        help_text=_("Our banner stays silent; your tool tells us what visitors chose."),
    )
    controller = models.CharField(
        _("controller"),
        max_length=120,
        blank=True,
        help_text=_("Who is responsible for the data. Empty: the name of the site."),
    )
    invitations_per_visit = models.PositiveSmallIntegerField(
        _("most invitations in a visit"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("By agents and by triggers together."),
    )
    hold_seconds = models.PositiveSmallIntegerField(
        _("seconds that an invitation stands"),
        default=60,
        validators=[MinValueValidator(10), MaxValueValidator(600)],
        help_text=_("So long a place of an agent is kept for it."),
    )
    retention_days = models.PositiveSmallIntegerField(
        _("days until a conversation is erased"),
        default=DEFAULT_RETENTION_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_("Counted from its end, and told to the visitor."),
    )

    base_form_class = LiveChatSettingsForm

    panels = [
        FieldPanel("enabled"),
        MultiFieldPanel([FieldPanel("team_name"), FieldPanel("team_avatar")], heading=_("Team")),
        MultiFieldPanel(
            [
                FieldPanel("accent", widget=forms.TextInput(attrs={"type": "color"})),
                FieldPanel("theme"),
                FieldPanel("position"),
            ],
            heading=_("Look"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("sound_allowed"),
                FieldPanel("sharing_allowed"),
                FieldPanel("retention_days"),
            ],
            heading=_("Visitors"),
        ),
        MultiFieldPanel(
            [
                # Not a list to unfold: its words are wider than a telephone.
                FieldPanel("mode", widget=forms.RadioSelect),
                FieldPanel("child_directed"),
                FieldPanel("external_consent"),
                FieldPanel("controller"),
                FieldPanel("invitations_per_visit"),
                FieldPanel("hold_seconds"),
            ],
            heading=_("Live assistance"),
        ),
        MultiFieldPanel([FieldPanel("signpost", widget=forms.RadioSelect)], heading=_("Signpost")),
        InlinePanel(
            "texts",
            heading=_("Texts"),
            label=_("Language"),
            help_text=_("An empty field shows the built-in text of the language."),
        ),
    ]

    class Meta:
        verbose_name = _("live chat settings")
        verbose_name_plural = _("live chat settings")
        default_permissions = ("change",)


class WidgetText(models.Model):
    """A site's own words in one language; an empty one falls back to the built-in."""

    settings = ParentalKey(LiveChatSettings, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=20, validators=[validate_language])
    team_name = models.CharField(_("name of the team"), max_length=80, blank=True)
    launcher = models.CharField(_("button that opens the chat"), max_length=60, blank=True)
    welcome = models.TextField(_("greeting"), max_length=500, blank=True)
    unavailable = models.TextField(_("when nobody can answer"), max_length=500, blank=True)
    privacy = models.TextField(
        _("privacy notice"),
        max_length=1000,
        blank=True,
        help_text=_("{team} and {days} are replaced."),
    )
    signpost = models.CharField(
        _("the signpost answers first"),
        max_length=6,
        choices=SignpostMode.choices,
        blank=True,
        help_text=_("In this language. Empty: as the site says."),
    )

    panels = [
        # A callable, asked when the form is shown.
        FieldPanel(
            "language",
            widget=forms.Select(choices=language_choices),  # type: ignore[arg-type]
        ),
        FieldPanel("team_name"),
        FieldPanel("launcher"),
        FieldPanel("welcome", widget=forms.Textarea(attrs={"rows": 2})),
        FieldPanel("unavailable", widget=forms.Textarea(attrs={"rows": 2})),
        FieldPanel("privacy", widget=forms.Textarea(attrs={"rows": 3})),
        FieldPanel("signpost"),
    ]

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        default_permissions = ()
        # Not a constraint: forms of child rows check these, before the database does.
        unique_together = [("settings", "language")]
        ordering = ["language"]

    def __str__(self) -> str:
        return self.language


class PagePolicy(models.Model):
    """A page's word on the chat, for itself and for what is below it.

    It holds the page's id, not its place: a page that moves takes its word along, and
    what it inherits is what its new parents say. There is no foreign key, because a
    project may replace the page model at any time.
    """

    page_id = models.PositiveBigIntegerField(unique=True)
    # Each is null where the page inherits it.
    enabled = models.BooleanField(_("offer the chat"), null=True)
    mode = models.CharField(_("live assistance"), max_length=9, blank=True, choices=Mode.choices)
    triggers_allowed = models.BooleanField(_("triggers"), null=True)
    never_track = models.BooleanField(_("never watch here"), null=True)
    signpost = models.CharField(
        _("the signpost answers first"), max_length=6, blank=True, choices=SignpostMode.choices
    )

    class Meta:
        verbose_name = _("chat on a page")
        verbose_name_plural = _("chat on pages")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Page {self.page_id}"


@register_setting(icon="help", order=311)
class StuckSettings(BaseSiteSetting):
    """When a visitor of this site seems stuck: a switch and a threshold for each reason."""

    score = models.PositiveSmallIntegerField(
        _("points from which a visitor seems stuck"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("Each reason below gives one point, a strong one two."),
    )
    back_and_forth = models.BooleanField(_("going back and forth"), default=True)
    back_and_forth_times = models.PositiveSmallIntegerField(
        _("turns between two pages within three minutes"), default=3
    )
    sibling_loop = models.BooleanField(_("loops among neighbouring pages"), default=True)
    sibling_loop_times = models.PositiveSmallIntegerField(
        _("rounds without going deeper"), default=2
    )
    not_found_search = models.BooleanField(_("a missing page, then a search"), default=True)
    not_found_search_seconds = models.PositiveSmallIntegerField(
        _("seconds between the two"), default=60
    )
    empty_search = models.BooleanField(_("searches without results"), default=True)
    empty_search_times = models.PositiveSmallIntegerField(_("empty searches"), default=1)
    form_left = models.BooleanField(_("a form page left unfinished"), default=True)
    form_left_seconds = models.PositiveSmallIntegerField(
        _("seconds on the form before it was left"), default=30
    )
    order_dwell = models.BooleanField(_("a long stay in the order funnel"), default=True)
    order_dwell_seconds = models.PositiveSmallIntegerField(_("seconds on one step"), default=90)
    same_page = models.BooleanField(_("coming back to the same page"), default=True)
    same_page_times = models.PositiveSmallIntegerField(_("returns"), default=3)
    funnel_pages = models.CharField(
        _("types of the pages of the order funnel"),
        max_length=400,
        blank=True,
        help_text=_("Such as shop.BasketPage, one after the other with commas."),
    )
    form_pages = models.CharField(
        _("types of pages with a form"),
        max_length=400,
        blank=True,
        help_text=_("Wagtail's own form pages count without being named."),
    )

    base_form_class = StuckSettingsForm

    panels = [
        FieldPanel("score"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("back_and_forth"), FieldPanel("back_and_forth_times")]),
                FieldRowPanel([FieldPanel("sibling_loop"), FieldPanel("sibling_loop_times")]),
                FieldRowPanel([FieldPanel("same_page"), FieldPanel("same_page_times")]),
            ],
            heading=_("Going in circles"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("not_found_search"), FieldPanel("not_found_search_seconds")]
                ),
                FieldRowPanel([FieldPanel("empty_search"), FieldPanel("empty_search_times")]),
            ],
            heading=_("Finding nothing"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("form_left"), FieldPanel("form_left_seconds")]),
                FieldPanel("form_pages"),
            ],
            heading=_("Forms"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("order_dwell"), FieldPanel("order_dwell_seconds")]),
                FieldPanel("funnel_pages"),
            ],
            heading=_("The order"),
        ),
    ]

    class Meta:
        verbose_name = _("when a visitor seems stuck")
        verbose_name_plural = _("when a visitor seems stuck")
        default_permissions = ("change",)
