"""Canned replies in Wagtail: write, try, approve, publish, put in order, find, and see how
they are used.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any, cast

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
)
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.admin.widgets.button import Button
from wagtail.models import Site
from wagtail.snippets.views.snippets import IndexView

from wagtail_livechat.agents.permissions import REPLY, sites_where
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.canned_replies.words import PLACEHOLDERS
from wagtail_livechat.protocol.canned import Placeholder

from .policies import CannedReplyPolicy, policy_of
from .reply_sheets import COLUMNS, row_of
from .reply_upload import UploadView, groups_for
from .snippets import SiteScopedForm, SiteScopedViewSet
from .spreadsheets import neutralised

WRITING = ["add", "change"]


class CategoryInput(forms.TextInput):
    """A word, with those that are in use to choose from."""

    def __init__(self, *args: Any, known: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The field, and the list that it names."""
        listed = f"{name}-known"
        field = super().render(name, value, {**(attrs or {}), "list": listed}, renderer)
        options = format_html_join("", '<option value="{}">', ((word,) for word in self.known))
        return format_html('{}<datalist id="{}">{}</datalist>', field, listed, options)


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Everybody, or oneself: nobody writes personal replies for others."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", get_user_model()._default_manager.none())
        kwargs.setdefault("empty_label", gettext_lazy("Everybody who replies to visitors"))
        super().__init__(required=False, **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """There is only one."""
        return _("Only I")


class CannedReplyForm(SiteScopedForm):
    """A reply, for people whom its writer may write for."""

    owner = OwnerField(label=gettext_lazy("Who is offered it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.for_user
        if user is None:
            return
        if "owner" in self.fields:
            self._offer_owner(user)
        if "site" in self.fields:
            cast(Any, self.fields["site"]).empty_label = _("All sites")
        if "group" in self.fields:
            cast(Any, self.fields["group"]).queryset = groups_for(user)
            cast(Any, self.fields["group"]).empty_label = _("Everybody")
        if "category" in self.fields:
            self.fields["category"].widget = CategoryInput(known=categories_of(user))

    def _offer_owner(self, user: Any) -> None:
        field = cast(OwnerField, self.fields["owner"])
        field.queryset = get_user_model()._default_manager.filter(pk=user.pk)
        if not self._policy.sites_user_has_any_permission_for(user, WRITING).exists():
            field.empty_label = None
            self.initial["owner"] = user.pk

    @property
    def _policy(self) -> CannedReplyPolicy:
        return cast(CannedReplyPolicy, policy_of(CannedReply))

    @property
    def sites(self) -> QuerySet[Site]:
        """Those that one may write for, and those on which one replies oneself."""
        own = sites_where(self.for_user, REPLY) if self.for_user is not None else frozenset()
        ids = {site.pk for site in super().sites} | own
        return Site.objects.filter(pk__in=ids)

    def clean_site(self) -> Any:
        """Whether it may be this one depends on whom the reply is for: see :meth:`clean`."""
        return self.cleaned_data["site"]

    def clean(self) -> dict[str, Any]:
        """Refuse what would speak to people for whom the writer may not write."""
        cleaned: dict[str, Any] = super().clean() or {}
        user, owner, site = self.for_user, cleaned.get("owner"), cleaned.get("site")
        if user is None or owner is not None:
            return cleaned
        if self.is_to_approve and not self.is_publishing and site == self.instance.site:
            return cleaned
        actions = ["publish"] if self.is_publishing else WRITING
        if not may_for(self._policy, user, actions, site):
            self.add_error(
                "site",
                _("You may not publish for this site, or for all of them.")
                if self.is_publishing
                else _("You may not write for this site, or for all of them."),
            )
        return cleaned


def may_for(policy: CannedReplyPolicy, user: Any, actions: list[str], site: Site | None) -> bool:
    """Whether a user may do any of these with what is shared on a site, or on all of them."""
    if site is None:
        return policy.holds_everywhere(user, actions)
    return policy.user_has_any_permission_for_instance(user, actions, site)


def categories_of(user: Any) -> tuple[str, ...]:
    """The categories of the replies that this user works with."""
    rows = policy_of(CannedReply).instances_user_has_any_permission_for(user, WRITING)
    found = rows.exclude(category="").values_list("category", flat=True)
    return tuple(found.order_by("category").distinct())


class CannedReplyFilterSet(WagtailFilterSet):
    """By site, category, group, and by whose they are."""

    category = django_filters.ChoiceFilter(label=gettext_lazy("Category"))
    owner = django_filters.ChoiceFilter(
        label=gettext_lazy("Who is offered it"),
        choices=[("mine", gettext_lazy("Only I")), ("shared", gettext_lazy("Others too"))],
        method="whose",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.request.user if self.request is not None else None
        known = categories_of(user) if user is not None else ()
        self.filters["category"].extra["choices"] = [(word, word) for word in known]

    def whose(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Personal ones, or all others."""
        return queryset.filter(owner__isnull=value != "mine")

    class Meta:
        model = CannedReply
        fields = ["site", "category", "group", "owner"]


def audience_of(reply: CannedReply) -> str:
    """Who is offered it."""
    if reply.owner_id is not None:
        return _("Only I")
    return str(reply.group) if reply.group_id else _("Everybody")


def site_of(reply: CannedReply) -> str:
    """Where it is offered."""
    return str(reply.site) if reply.site_id else _("All sites")


def uses_of(reply: Any) -> str:
    """How often it was sent, and how often not as it stands here."""
    count, edited = reply.uses_count or 0, reply.edited_count or 0
    if not edited:
        return str(count)
    return _("%(count)d (%(edited)d changed before)") % {"count": count, "edited": edited}


def _conversations(helped: bool) -> Count:
    """In how many conversations it was sent whose visitor said this of them."""
    return Count("uses__conversation", filter=Q(uses__conversation__helped=helped), distinct=True)


def rating_of(reply: Any) -> str:
    """How often a conversation in which it was sent helped, of those whose visitor said so."""
    helped, not_helped = reply.helped_count or 0, reply.not_helped_count or 0
    if not helped + not_helped:
        return ""
    return _("%(helped)d of %(said)d") % {"helped": helped, "said": helped + not_helped}


class CannedReplyIndexView(IndexView):
    """The list, with the ways in and out of spreadsheets."""

    list_export = list(COLUMNS)
    export_headings = {name: name for name in COLUMNS}
    export_filename = "canned-replies"

    @cached_property
    def header_more_buttons(self) -> list[Button]:  # type: ignore[override]
        """Beside Wagtail's own: take in a spreadsheet."""
        return [
            *super().header_more_buttons,
            Button(
                _("Take in a spreadsheet"),
                reverse("livechat_canned_replies:upload"),
                icon_name="upload",
                priority=90,
            ),
        ]

    def to_row_dict(self, item: CannedReply) -> dict[str, Any]:
        """A reply as a row: names that mean the same in every language."""
        return row_of(item)

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """As Wagtail writes it, without formulas."""
        return neutralised(super().preprocess_field_value(field, value, export_format))


def _placeholder_help() -> SafeString:
    rows = ((f"{{{{{each.value}}}}}", PLACEHOLDERS[each]) for each in Placeholder)
    return format_html(
        "<p>{}</p><ul>{}</ul><p>{}</p>",
        _("These are filled in when an agent puts the reply into a message:"),
        format_html_join("", "<li><code>{}</code> {}</li>", rows),
        _(
            "After a bar stands what to write where that is not known, as in "
            "{{visitor.name|there}}. Without it such a reply cannot be sent."
        ),
    )


class PlaceholderPanel(HelpPanel):
    """What can be filled in; worded when it is shown, in the reader's language."""

    class BoundPanel(HelpPanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.content = _placeholder_help()


class CannedReplyViewSet(SiteScopedViewSet):
    """``/admin/livechat/replies/``."""

    model: Any = CannedReply
    url_prefix = "livechat/replies"
    url_namespace = "livechat_canned_replies"
    icon = "livechat-reply"
    menu_label: Any = gettext_lazy("Canned replies")
    menu_name = "livechat-canned-replies"
    menu_order: Any = 10
    index_view_class = CannedReplyIndexView
    filterset_class = CannedReplyFilterSet
    sort_order_field = "sort_order"
    ordering = ["sort_order", "title", "pk"]
    list_display = [
        "title",
        Column("shortcut", label=gettext_lazy("Shortcut"), sort_key="shortcut"),
        Column("category", label=gettext_lazy("Category"), sort_key="category"),
        Column("site", label=gettext_lazy("Site"), accessor=site_of),
        Column("audience", label=gettext_lazy("Who is offered it"), accessor=audience_of),
        Column("uses", label=gettext_lazy("Uses"), accessor=uses_of, sort_key="uses_count"),
        Column("helped", label=gettext_lazy("Helped"), accessor=rating_of, sort_key="helped_count"),
        UpdatedAtColumn(),
        LiveStatusTagColumn(),
    ]
    copy_view_enabled = True
    edit_handler = ObjectList(
        [
            FieldPanel("title", required_on_save=True),
            FieldPanel("shortcut"),
            FieldPanel("text"),
            PlaceholderPanel(heading=gettext_lazy("Placeholders"), classname="collapsed"),
            FieldPanel("cards"),
            MultiFieldPanel(
                [
                    FieldPanel("owner"),
                    FieldPanel("site", widget=forms.Select),
                    FieldPanel("group", widget=forms.Select),
                    FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
                ],
                heading=gettext_lazy("For whom, and when"),
            ),
            MultiFieldPanel(
                [FieldPanel("category"), FieldPanel("tags")],
                heading=gettext_lazy("To find it again"),
            ),
            PublishingPanel(),
        ],
        base_form_class=CannedReplyForm,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With how often each was used."""
        return (
            super()
            .get_queryset(request)
            .select_related("site", "group", "locale")
            .annotate(
                uses_count=Count("uses", distinct=True),
                edited_count=Count("uses", filter=Q(uses__edited=True), distinct=True),
                helped_count=_conversations(True),
                not_helped_count=_conversations(False),
            )
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        """Wagtail's, and the way in for spreadsheets."""
        return [
            *super().get_urlpatterns(),
            path("upload/", self.construct_view(UploadView), name="upload"),
        ]
