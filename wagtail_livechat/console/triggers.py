"""Triggers in Wagtail: write, preview as a visitor, approve, publish, put in order, and see
how they do."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.snippets import EditView, IndexView

from wagtail_livechat.engagement.conditions import BadConditions, page_ids, parse
from wagtail_livechat.engagement.models import Trigger
from wagtail_livechat.engagement.rules import reach
from wagtail_livechat.wagtail_versions import page_model

from .condition_words import REACHES, page_title
from .conditions import ConditionsFormField
from .explanation import ResumeView, WhyView
from .policies import policy_of
from .snippets import SiteScopedForm, SiteScopedViewSet


class TriggerForm(SiteScopedForm):
    """A trigger, with its conditions as fieldsets."""

    conditions = ConditionsFormField(
        label=gettext_lazy("Conditions"),
        help_text=gettext_lazy(
            "When the question is asked. What is about the page needs no consent; what is "
            "about the visitor holds only for those who agreed to live assistance."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begin_with_first_site()

    def clean(self) -> dict[str, Any]:
        """A condition about a page of another site would never hold."""
        cleaned: dict[str, Any] = super().clean() or {}
        tree, site = cleaned.get("conditions"), cleaned.get("site")
        if tree and site is not None:
            for page in pages_elsewhere(tree, site.pk):
                self.add_error(
                    "conditions",
                    _("“%(page)s” is not a page of this site: the trigger would never speak.")
                    % {"page": page},
                )
        return cleaned


def pages_elsewhere(tree: Any, site_id: int) -> list[str]:
    """The pages that conditions name and that are not of this site (any more)."""
    found = []
    for page_id in sorted(page_ids(parse(tree))):
        page: Any = page_model()._default_manager.filter(pk=page_id).first()
        site = page.get_site() if page is not None else None
        if site is None or site.pk != site_id:
            found.append(page_title(page_id))
    return found


def reach_of(trigger: Trigger) -> str:
    """Whom a trigger can reach, by the consent that its conditions need."""
    try:
        return str(REACHES[reach(parse(trigger.conditions))])
    except BadConditions:
        return _("Nobody: its conditions cannot be read")


def state_of(trigger: Trigger) -> str:
    """Whether a trigger speaks."""
    if trigger.paused_at is not None:
        dismissed, _slash, answered = trigger.pause_reason.partition("/")
        return _("Paused: dismissed %(dismissed)s of the last %(answered)s times") % {
            "dismissed": dismissed,
            "answered": answered,
        }
    return _("Speaks") if trigger.live else _("Draft")


def counts_of(trigger: Any) -> str:
    """How it did: shown, accepted, declined."""
    return _("%(shown)d shown, %(accepted)d accepted, %(declined)d declined") % {
        "shown": trigger.shown or 0,
        "accepted": trigger.accepted or 0,
        "declined": trigger.declined or 0,
    }


class TriggerIndexView(IndexView):
    """The list, in the order in which triggers are tried."""

    def get_list_more_buttons(self, instance: Trigger) -> list[Button]:
        """Beside Wagtail's own: why it is not shown, and (if it is paused) to let it speak."""
        return [*super().get_list_more_buttons(instance), *own_buttons(instance)]


class TriggerEditView(EditView):
    """The form; a paused trigger says so above it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say that it is paused, and show the form."""
        if self.object.paused_at is not None:
            messages.warning(
                request,
                state_of(self.object),
                buttons=[messages.button(address("resume", self.object), _("Let it speak again"))],
            )
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    @cached_property
    def header_more_buttons(self) -> list[Button]:  # type: ignore[override]
        """Beside Wagtail's own: why it is not shown."""
        return [*super().header_more_buttons, *own_buttons(self.object)]


def address(name: str, trigger: Trigger) -> str:
    """One of our own screens about a trigger."""
    return reverse(f"{TriggerViewSet.url_namespace}:{name}", args=[trigger.pk])


def own_buttons(trigger: Trigger) -> list[Button]:
    """Our own screens about a trigger."""
    buttons = [Button(_("Why not shown?"), address("why", trigger), icon_name="help", priority=15)]
    if trigger.paused_at is not None:
        buttons.append(
            Button(
                _("Let it speak again"),
                address("resume", trigger),
                icon_name="resubmit",
                priority=12,
            )
        )
    return buttons


class TriggerViewSet(SiteScopedViewSet):
    """``/admin/livechat/triggers/``."""

    model = Trigger
    url_prefix = "livechat/triggers"
    url_namespace = "livechat_triggers"
    icon = "livechat-trigger"
    menu_label: Any = gettext_lazy("Triggers")
    menu_name = "livechat-triggers"
    menu_order: Any = 30
    index_view_class = TriggerIndexView
    edit_view_class = TriggerEditView
    sort_order_field = "sort_order"
    ordering = ["sort_order", "pk"]
    list_display = [
        "name",
        "site",
        Column("reach", label=gettext_lazy("Reaches"), accessor=reach_of),
        Column("state", label=gettext_lazy("State"), accessor=state_of),
        Column("counts", label=gettext_lazy("So far"), accessor=counts_of),
    ]
    list_filter = ["site"]
    copy_view_enabled = True
    edit_handler = ObjectList(
        [
            FieldPanel("name", required_on_save=True),
            FieldPanel("site", widget=forms.Select),
            FieldPanel("text", widget=forms.Textarea(attrs={"rows": 2, "maxlength": 300})),
            FieldPanel("conditions"),
            MultiFieldPanel(
                [FieldPanel("pause_percent"), FieldPanel("pause_after")],
                heading=gettext_lazy("When visitors do not want it"),
                help_text=gettext_lazy(
                    "A trigger that is dismissed too often stops by itself, and says so here "
                    "and on the first page of the admin."
                ),
                classname="collapsed",
            ),
            PublishingPanel(),
        ],
        base_form_class=TriggerForm,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With how each did."""
        return (
            super()
            .get_queryset(request)
            .select_related("site")
            .annotate(
                shown=Sum("counts__shown"),
                accepted=Sum("counts__accepted"),
                declined=Sum("counts__declined"),
            )
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        """Wagtail's, and ours."""
        return [
            *super().get_urlpatterns(),
            path("why/<int:pk>/", self.construct_view(WhyView), name="why"),
            path("resume/<int:pk>/", self.construct_view(ResumeView), name="resume"),
        ]


class PausedTriggersPanel(Component):
    """On the first page of the admin: triggers that stopped because nobody wanted them."""

    name = "livechat_paused_triggers"
    template_name = "wagtail_livechat/console/triggers/paused.html"
    order = 40

    def __init__(self, user: Any) -> None:
        self.paused = (
            policy_of(Trigger)
            .instances_user_has_any_permission_for(user, ["change", "publish"])
            .filter(paused_at__isnull=False, live=True)
            .select_related("site")
            .order_by("-paused_at")[:10]
        )

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """The triggers, each with what happened and where to look."""
        return {
            "paused": [
                {
                    "trigger": trigger,
                    "state": state_of(trigger),
                    "edit": reverse(TriggerViewSet.url_namespace + ":edit", args=[trigger.pk]),
                    "resume": address("resume", trigger),
                }
                for trigger in self.paused
            ]
        }
