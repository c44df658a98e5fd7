"""Snippets that belong to a site: Wagtail's own screens, shut for other sites'.

Wagtail's generic views ask what somebody may do with a model, not with the row at hand.
Whoever may change the banners of one site could otherwise open, publish and delete those
of another by their number.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import Site
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import CopyView, ReorderView, SnippetViewSet

from wagtail_livechat.wagtail_versions import viewset_options

from .policies import ANY, ForOne, is_to_approve, policy_of


class SiteScopedView:
    """A view of one row asks about that row, and does not exist for those of other sites."""

    model: Any
    permission_policy: Any

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        policy = policy_of(self.model)
        pk = kwargs.get("pk")
        if pk is not None:
            row = self.model._default_manager.filter(pk=unquote(str(pk))).first()
            if row is not None:
                policy = ForOne(policy, row)
                action = getattr(self, "permission_required", None)
                wanted = [action] if action else ANY
                if not policy.user_has_any_permission(request.user, wanted):
                    raise PermissionDenied
        self.permission_policy = policy
        super().setup(request, *args, **kwargs)  # type: ignore[misc]


class CopyOnlyShown(CopyView):
    """A copy is a form filled in. It posts to the address for adding; here nothing is posted."""

    http_method_names = ["get", "head", "options"]


class ReorderOwn(ReorderView):
    """A place in the list is one among the rows that the list shows."""

    model: Any
    sort_order_field: Any

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = policy_of(self.model).instances_user_has_any_permission_for(
            self.request.user, ANY
        )
        return found.order_by(self.sort_order_field, "pk")


class _OfOwnSites:
    """Choosers offer what is of the sites that their user may do something on."""

    model_class: Any
    request: HttpRequest

    def get_object_list(self) -> QuerySet[Any]:
        found: QuerySet[Any] = policy_of(self.model_class).instances_user_has_any_permission_for(
            self.request.user, ANY
        )
        return found


class _ChooseView(_OfOwnSites, ChooseView):
    pass


class _ChooseResultsView(_OfOwnSites, ChooseResultsView):
    pass


class SiteScopedChooser(SnippetChooserViewSet):
    """The chooser of a snippet that belongs to a site."""

    choose_view_class = _ChooseView
    choose_results_view_class = _ChooseResultsView


class SiteScopedViewSet(SnippetViewSet):
    """The screens of a snippet that belongs to a site, inside our own menu."""

    model: Any
    copy_view_class = CopyOnlyShown
    reorder_view_class = ReorderOwn
    chooser_viewset_class = SiteScopedChooser
    menu_item_is_registered = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**viewset_options(policy_of(self.model)), **kwargs)

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        """Each of Wagtail's views, with ours in front of it."""
        scoped = type(view_class.__name__, (SiteScopedView, view_class), {})
        return super().construct_view(scoped, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What lists, searches and exports are made of."""
        found: QuerySet[Any] = policy_of(self.model).instances_user_has_any_permission_for(
            request.user, ANY
        )
        return found


class SiteScopedForm(WagtailAdminModelForm):
    """Offers the sites that the editor may write for, and holds publishing to them too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("site")
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = self.sites
            field.empty_label = None

    def begin_with_first_site(self) -> None:
        """A new snippet is for the first site that its editor may write for."""
        field: Any = self.fields.get("site")
        if field is not None and self.instance.pk is None and self.initial.get("site") is None:
            first = field.queryset.order_by("-is_default_site", "pk").first()
            self.initial["site"] = first.pk if first else None

    @property
    def sites(self) -> QuerySet[Site]:
        """The sites that the editor may write for."""
        user = self.for_user
        if user is None:
            return Site.objects.all()
        policy = policy_of(self._meta.model)
        sites: QuerySet[Site] = policy.sites_user_has_any_permission_for(user, ["add", "change"])
        if self.is_to_approve:
            # It stays where it is, whoever approves it.
            return Site.objects.filter(Q(pk__in=sites.values("pk")) | Q(pk=self.instance.site_id))
        return sites

    @property
    def is_to_approve(self) -> bool:
        """Whether a workflow waits for the editor to approve this snippet."""
        return self.instance.pk is not None and is_to_approve(self.for_user, self.instance)

    @property
    def is_publishing(self) -> bool:
        """Whether the button was the one that publishes."""
        return bool(self.data) and "action-publish" in self.data

    def clean_site(self) -> Site:
        """Refuse to publish on a site where the editor may only write."""
        site: Site = self.cleaned_data["site"]
        if self.is_publishing and self.for_user is not None:
            policy = policy_of(self._meta.model)
            if not policy.user_has_permission_for_instance(self.for_user, "publish", site):
                raise forms.ValidationError(_("You may not publish on this site."))
        return site
