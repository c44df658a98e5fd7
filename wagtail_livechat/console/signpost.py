"""What the signpost says, in Wagtail: curated answers and scripts."""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, ObjectList, PublishingPanel
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, LocaleColumn, UpdatedAtColumn
from wagtail.snippets.views.snippets import CreateView, EditView

from wagtail_livechat.answers.curated import page_ids_in
from wagtail_livechat.answers.models import CuratedAnswer, Said, SignpostScript
from wagtail_livechat.answers.scripts import Problem, Wrong, problems
from wagtail_livechat.answers.telling import script_in

from .snippets import SiteScopedForm, SiteScopedViewSet


class SaidForm(SiteScopedForm):
    """Begins on the first site that the editor may write for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.begin_with_first_site()

    @property
    def is_submitting(self) -> bool:
        """Whether it is to be read by visitors, now or once it is approved."""
        return self.is_publishing or (bool(self.data) and "action-submit" in self.data)


class CuratedAnswerForm(SaidForm):
    """Refuses an answer that says nothing and points nowhere."""

    def clean(self) -> dict[str, Any]:
        """Words, or a page."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.is_submitting and not self.errors:
            said = CuratedAnswer(text=cleaned.get("text") or "", pages=cleaned.get("pages"))
            if not said.has_words and not page_ids_in(said.pages):
                self.add_error("text", _("Write an answer, or choose a page to point to."))
        return cleaned


class ScriptForm(SaidForm):
    """Names what is wrong with the steps: refuses to publish it, and lets a draft be saved."""

    warnings: list[str]

    def clean(self) -> dict[str, Any]:
        """Two of one name, a step that is not there, loops, and steps never reached."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.warnings = []
        if "steps" in cleaned:
            said = SignpostScript(steps=cleaned["steps"])
            self.warnings = [worded(problem) for problem in problems(script_in(said.steps))]
        if self.is_submitting and self.warnings:
            # In one: of several, Wagtail shows the first beside a field of blocks.
            self.add_error("steps", " ".join(self.warnings))
        return cleaned


def worded(problem: Problem) -> str:
    """A problem in words, with the steps that it is about."""
    match problem.wrong:
        case Wrong.NO_STEPS:
            return _("A script needs at least one step.")
        case Wrong.SAME_NAME:
            return _("Two steps are called “%(name)s”.") % {"name": problem.steps[0]}
        case Wrong.NO_SUCH_STEP:
            return _("“%(name)s” goes on with “%(next)s”, and there is no such step.") % {
                "name": problem.steps[0],
                "next": problem.steps[1],
            }
        case Wrong.LOOP:
            return _("These steps go round in a loop: %(steps)s.") % {
                "steps": " → ".join(problem.steps)
            }
        case Wrong.NEVER_REACHED:
            return _("No visitor ever reaches: %(steps)s.") % {
                "steps": get_text_list([f"“{name}”" for name in problem.steps], _("and"))
            }


class _WarnsOfSteps:
    """A draft that was saved with problems says which."""

    request: Any

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)  # type: ignore[misc]
        for warning in getattr(form, "warnings", ()):
            messages.warning(self.request, warning)
        return response


class ScriptCreateView(_WarnsOfSteps, CreateView):
    """A new script."""


class ScriptEditView(_WarnsOfSteps, EditView):
    """A script."""


def first_wording(said: Said) -> str:
    """What it answers, in one line."""
    wordings = said.wording_list
    if len(wordings) < 2:
        return "".join(wordings)
    return _("%(wording)s (and %(more)d more)") % {
        "wording": wordings[0],
        "more": len(wordings) - 1,
    }


class SaidViewSet(SiteScopedViewSet):
    """What answers and scripts have in common."""

    list_display = [
        "name",
        "site",
        LocaleColumn(),
        Column("wordings", label=gettext_lazy("Questions"), accessor=first_wording),
        UpdatedAtColumn(),
        LiveStatusTagColumn(),
    ]
    list_filter = ["site"]
    copy_view_enabled = True

    def get_queryset(self, request: Any) -> Any:
        """With their sites."""
        return super().get_queryset(request).select_related("site", "locale")


class CuratedAnswerViewSet(SaidViewSet):
    """``/admin/livechat/answers/``."""

    model: Any = CuratedAnswer
    url_prefix = "livechat/answers"
    icon = "livechat-answer"
    menu_label: Any = gettext_lazy("Curated answers")
    menu_name = "livechat-answers"
    menu_order: Any = 34
    edit_handler = ObjectList(
        [
            FieldPanel("name", required_on_save=True),
            FieldPanel("site", widget=forms.Select),
            FieldPanel("wordings", widget=forms.Textarea(attrs={"rows": 4})),
            FieldPanel("text"),
            FieldPanel("pages"),
            PublishingPanel(),
        ],
        base_form_class=CuratedAnswerForm,
    )


class ScriptViewSet(SaidViewSet):
    """``/admin/livechat/scripts/``."""

    model: Any = SignpostScript
    url_prefix = "livechat/scripts"
    icon = "livechat-script"
    menu_label: Any = gettext_lazy("Scripts")
    menu_name = "livechat-scripts"
    menu_order: Any = 36
    add_view_class = ScriptCreateView
    edit_view_class = ScriptEditView
    edit_handler = ObjectList(
        [
            FieldPanel("name", required_on_save=True),
            FieldPanel("site", widget=forms.Select),
            FieldPanel("wordings", widget=forms.Textarea(attrs={"rows": 4})),
            FieldPanel("steps"),
            PublishingPanel(),
        ],
        base_form_class=ScriptForm,
    )
