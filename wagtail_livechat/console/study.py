"""The study of a site: what is asked and answered again and again, and what to make of it."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any, Final, cast
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Site

from wagtail_livechat import clock
from wagtail_livechat.agents.permissions import STUDY, VIEW_TRANSCRIPT
from wagtail_livechat.assets import asset
from wagtail_livechat.privacy.models import Look
from wagtail_livechat.study import actions, queries
from wagtail_livechat.study.models import ExchangeGroup, KindChoice, RunStateChoice, StudyRun
from wagtail_livechat.study.rules import UNDER_WAY, Kind, is_stale
from wagtail_livechat.study.tasks import begin_study

from .drafts import Draftable, Material, draftable, drafts_for
from .looks import note_look
from .permissions import SitePermissionMixin, sites_of
from .study_words import PERIODS, language_name, page_titles, rows_of

GROUPS_PER_PAGE: Final = 25
EXCERPTS_PER_PAGE: Final = 30


class StudyFilterForm(forms.Form):
    """Which groups are listed."""

    site = forms.ModelChoiceField(
        queryset=Site.objects.none(), label=gettext_lazy("Site"), empty_label=None, required=False
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    period = forms.ChoiceField(
        label=gettext_lazy("Asked in"),
        required=False,
        choices=[(k, v[0]) for k, v in PERIODS.items()],
    )
    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("What is to be dealt with")),
            ("unanswered", gettext_lazy("What nobody answered")),
            ("dealt", gettext_lazy("What was dealt with")),
        ],
    )
    # From a page's own screens; there is nothing to choose here.
    page = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site: Any = self.fields["site"]
        site.queryset = sites
        if len(sites) < 2:
            site.widget = forms.HiddenInput()
        language: Any = self.fields["language"]
        language.choices = [
            ("", _("All")),
            *((code, language_name(code)) for code in languages),
        ]

    @property
    def sought(self) -> queries.Sought:
        """The choice; what cannot be read is not chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        days = PERIODS[chosen.get("period") or ""][1]
        return queries.Sought(
            language=chosen.get("language") or "",
            since=clock.now() - timedelta(days=days) if days else None,
            page_id=chosen.get("page"),
            unanswered=chosen.get("show") == "unanswered",
        )

    @property
    def dealt_with(self) -> bool:
        """Whether those are wanted that were dealt with."""
        self.is_valid()
        return self.cleaned_data.get("show") == "dealt"


class OfStudy(SitePermissionMixin):
    """A view for those who study exchanges, on their sites."""

    codenames = (STUDY,)
    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def sites(self) -> Any:
        """The sites that this user studies, the default one first."""
        return Site.objects.filter(pk__in=self.site_ids).order_by("-is_default_site", "pk")

    @cached_property
    def site(self) -> Site:
        """The one that is shown."""
        asked = self.request.GET.get("site") or self.request.POST.get("site") or ""
        if not asked:
            return cast(Site, self.sites[0])
        if not asked.isdecimal() or int(asked) not in self.site_ids:
            raise Http404
        return cast(Site, self.sites.get(pk=int(asked)))

    @cached_property
    def group(self) -> ExchangeGroup:
        """The group in the address; none of other sites."""
        found = queries.group_found(self.kwargs["pk"], self.site_ids)
        if found is None:
            raise Http404
        return found


def state_of(run: StudyRun | None) -> dict[str, Any]:
    """How a study stands, for the screen and for the script that follows it."""
    if run is None:
        return {"under_way": False, "percent": 0, "words": _("Nothing has been studied yet.")}
    is_lost = run.state in UNDER_WAY and is_stale(run.seen_at, clock.now())
    words = RunStateChoice.FAILED.label if is_lost else run.get_state_display()
    return {
        "under_way": run.state in UNDER_WAY and not is_lost,
        "percent": int(100 * run.share),
        "words": str(words),
    }


def _looks() -> dict[str, Sequence[str]]:
    return {"all": [asset("study.css")]}


class StudyView(OfStudy, WagtailAdminTemplateMixin, TemplateView):
    """``study/``: the groups of a site, the most frequent first."""

    http_method_names = ["get", "head", "options"]
    template_name = "wagtail_livechat/console/study/index.html"
    page_title: Any = gettext_lazy("Study of exchanges")
    header_icon = "livechat-study"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, then here."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": "", "label": self.get_page_title()},
        ]

    @property
    def media(self) -> forms.Media:
        """The script that follows a study under way."""
        return forms.Media(js=[asset("study.js")], css=_looks())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The groups of one kind, one page of them, and how the study stands."""
        site = self.site
        run, newest = queries.last_run(site.pk), queries.newest_run(site.pk)
        kind = Kind.REPLY if self.request.GET.get("kind") == Kind.REPLY else Kind.QUESTION
        form = StudyFilterForm(
            {**self.request.GET.dict(), "site": site.pk},
            sites=self.sites,
            languages=queries.languages_found(run),
        )
        sought = form.sought
        found = queries.groups_found(run, kind, sought, dealt_with=form.dealt_with)
        page = Paginator(found, GROUPS_PER_PAGE).get_page(self.request.GET.get("p"))
        query = self.request.GET.copy()
        for name in ("p", "kind"):
            query.pop(name, None)
        return {
            **super().get_context_data(**kwargs),
            "site": site,
            "run": run,
            "study": state_of(newest),
            "status_url": f"{reverse('livechat_study:status')}?site={site.pk}",
            "kind": kind.value,
            "kinds": KindChoice.choices,
            "query": query.urlencode(),
            "prefix": f"{urlencode({'kind': kind.value})}&{query.urlencode()}&".replace("&&", "&"),
            "form": form,
            "page": page,
            "asked_on": page_titles([sought.page_id]).get(sought.page_id)
            if sought.page_id
            else None,
            "rows": rows_of(run, list(page), sought),
            "media": self.media,
        }


class StatusView(OfStudy, View):
    """``study/status/``: how far the study is."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> JsonResponse:
        """Two numbers and a word."""
        state = state_of(queries.newest_run(self.site.pk))
        return JsonResponse(state, headers={"Cache-Control": "no-store"})


class BeginView(OfStudy, View):
    """``study/begin/``: study the site now."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put it down; one that is under way is not begun again."""
        _run, is_new = begin_study(self.site.pk)
        if is_new:
            messages.success(request, _("The study has begun."))
        else:
            messages.warning(request, _("A study of this site is under way."))
        return redirect(f"{reverse('livechat_study:index')}?site={self.site.pk}")


class OfGroup(OfStudy, WagtailAdminTemplateMixin):
    """A screen about one group."""

    header_icon = "livechat-study"

    @cached_property
    def run(self) -> StudyRun | None:
        """The study that found it."""
        return queries.last_run(self.group.site_id)

    @cached_property
    def name(self) -> str:
        """Its most typical wording; what nobody's words are left of has none."""
        return queries.name_of(self.run, self.group) or _("Without a name")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With its looks."""
        return {**super().get_context_data(**kwargs), "media": forms.Media(css=_looks())}

    @property
    def address(self) -> str:
        """Where the group is."""
        return reverse("livechat_study:group", args=[self.group.pk])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the study, the group, then here."""
        index = f"{reverse('livechat_study:index')}?site={self.group.site_id}"
        return [
            *super().get_breadcrumbs_items(),
            {"url": f"{index}&kind={self.group.kind}", "label": StudyView.page_title},
            # The way here stays on one line, also on a telephone; the heading has all of it.
            {"url": "", "label": Truncator(self.get_page_title()).chars(24)},
        ]

    def get_page_title(self) -> str:
        """What was asked."""
        return self.name


class GroupView(OfGroup, TemplateView):
    """``study/<number>/``: its wordings, where it was asked, what was replied, what to do."""

    http_method_names = ["get", "head", "options"]
    template_name = "wagtail_livechat/console/study/group.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show it, and note who looked: excerpts are masked, and still somebody's words."""
        note_look(
            request,
            site_id=self.group.site_id,
            look=Look.READ_EXCERPTS,
            target=str(self.group),
        )
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page of excerpts, the best reply, and what may be drafted."""
        group, user = self.group, self.request.user
        found = queries.excerpts_of(self.run, group).select_related("conversation")
        page = Paginator(found, EXCERPTS_PER_PAGE).get_page(self.request.GET.get("p"))
        titles = page_titles({each.page_id for each in page if each.page_id is not None})
        made = draftable(group.draft_kind)
        (row,) = rows_of(self.run, [group], queries.Sought(), name=self.name)
        return {
            **super().get_context_data(**kwargs),
            "group": group,
            "row": row,
            "page": page,
            "excerpts": [(each, titles.get(each.page_id or 0)) for each in page],
            "is_question": group.kind == Kind.QUESTION,
            "best_reply": queries.best_reply_to(self.run, group),
            "may_read": group.site_id in sites_of(self.request, VIEW_TRANSCRIPT),
            "drafts": drafts_for(user, group),
            "draft_url": made.edit_url(user, group.draft_id) if made else "",
        }


class DealView(OfGroup, View):
    """``study/<number>/set-aside/`` and ``…/take-up/``."""

    http_method_names = ["post"]
    sets_aside = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """It does not come up again, or does."""
        if self.sets_aside:
            actions.deal_with(self.group)
            messages.success(request, _("Set aside: it does not come up again."))
        else:
            actions.take_up_again(self.group)
            messages.success(request, _("It is among what is to be dealt with again."))
        return redirect(self.address)


class DraftView(OfGroup, TemplateView):
    """``study/<number>/draft/<what>/``: make it, or ask what must be chosen first."""

    http_method_names = ["get", "head", "options", "post"]
    template_name = "wagtail_livechat/console/study/draft.html"

    @cached_property
    def wanted(self) -> Draftable:
        """What shall be made, if this user may make it."""
        found = draftable(self.kwargs["key"])
        if found is None or found not in drafts_for(self.request.user, self.group):
            raise Http404
        return found

    @cached_property
    def form(self) -> forms.Form | None:
        """What must be chosen first."""
        data = self.request.POST if self.request.method == "POST" else None
        kind = self.wanted.form
        return kind(data, user=self.request.user, group=self.group) if kind else None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; what needs none is made by its button."""
        if self.form is None:
            return redirect(self.address)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make the draft, say that the group is dealt with, and go there."""
        if self.form is not None and not self.form.is_valid():
            return super().get(request, *args, **kwargs)
        draft_id = self._draft()
        messages.success(
            request, _("The draft is here. It is seen by nobody until it is published.")
        )
        return redirect(self.wanted.edit_url(request.user, draft_id) or self.address)

    @transaction.atomic
    def _draft(self) -> int:
        """The draft; clicked twice, it is the same one."""
        group, wanted, user = actions.lock_group(self.group.pk), self.wanted, self.request.user
        if group.draft_kind == wanted.key and wanted.edit_url(user, group.draft_id):
            return cast(int, group.draft_id)
        material = Material(
            group=group,
            name=self.name,
            reply=queries.best_reply_to(self.run, group),
            user=user,
            chosen=self.form.cleaned_data if self.form else {},
        )
        draft_id = cast(int, wanted.make(material).pk)
        actions.deal_with(group, draft_kind=wanted.key, draft_id=draft_id)
        return draft_id

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What must be chosen, and of what it is made."""
        return {
            **super().get_context_data(**kwargs),
            "form": self.form,
            "form_media": self.form.media if self.form else "",
            "wanted": self.wanted,
            "group": self.group,
            "best_reply": queries.best_reply_to(self.run, self.group),
        }


class StudyMenuItem(MenuItem):
    """The way there, for those who study any site."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether there is anything to see."""
        return bool(sites_of(request, STUDY))


class StudyViewSet(ViewSet):
    """``/admin/livechat/study/``."""

    name: Any = "livechat_study"
    url_prefix = "livechat/study"
    icon = "livechat-study"
    menu_label: Any = gettext_lazy("Study of exchanges")
    menu_name = "livechat-study"
    menu_order: Any = 30
    menu_item_class = StudyMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        """The list, each group, and what is done with it."""
        return [
            path("", StudyView.as_view(), name="index"),
            path("status/", StatusView.as_view(), name="status"),
            path("begin/", BeginView.as_view(), name="begin"),
            path("<int:pk>/", GroupView.as_view(), name="group"),
            path("<int:pk>/set-aside/", DealView.as_view(), name="set_aside"),
            path("<int:pk>/take-up/", DealView.as_view(sets_aside=False), name="take_up"),
            path("<int:pk>/draft/<slug:key>/", DraftView.as_view(), name="draft"),
        ]
