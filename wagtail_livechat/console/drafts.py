"""What can be made of a group in the study: a table. To add something, add a line.

Each makes a draft and nothing more: who may publish it, and after whose approval, is up to
Wagtail's workflow.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django import forms
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.widgets import AdminPageChooser
from wagtail.log_actions import log
from wagtail.models import Locale
from wagtail.permission_policies.pages import PagePermissionPolicy

from wagtail_livechat.answers.models import MOST_WORDING, CuratedAnswer
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.editorial import Editorial
from wagtail_livechat.study.models import ExchangeGroup
from wagtail_livechat.study.rules import Kind
from wagtail_livechat.wagtail_versions import page_model

from .page_drafts import draft_page, paragraphs, types_below
from .policies import policy_of

LONGEST_TITLE: Final = 120
LONGEST_NAME: Final = 80

Draft = TypeVar("Draft", bound=Editorial)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a draft is made of: the group's most typical wording, the best reply to it (both
    masked), and what its maker has chosen."""

    group: ExchangeGroup
    name: str
    reply: str
    user: Any
    chosen: Mapping[str, Any]

    @property
    def title(self) -> str:
        """One line that names the draft."""
        return self.name[:LONGEST_TITLE] or _("Without a name")

    @property
    def locale(self) -> Locale:
        """The locale in whose language it was asked, or the first one."""
        code = self.group.language
        found = Locale.objects.filter(language_code__iexact=code).first()
        found = found or Locale.objects.filter(language_code=code.partition("-")[0]).first()
        locale: Locale = found or Locale.get_default()
        return locale


def _page_in(data: Any) -> Any:
    """The page that was chosen, if there is such a page."""
    value = data.get("parent", "") if data is not None else ""
    is_number = value.isascii() and value.isdecimal() and len(value) < 19
    return page_model()._default_manager.filter(pk=value).first() if is_number else None


class ParentForm(forms.Form):
    """Below which page; then, if several types can be made there, which."""

    parent = forms.ModelChoiceField(
        queryset=page_model()._default_manager.none(),
        label=gettext_lazy("Below which page"),
        widget=AdminPageChooser(user_perms="add_subpage"),
    )
    page_type = forms.ChoiceField(
        label=gettext_lazy("Type of page"), widget=forms.RadioSelect, required=False
    )

    def __init__(self, data: Any, *, user: Any, group: ExchangeGroup) -> None:
        page = _page_in(data)
        if data is not None and page is None:
            # Wagtail's chooser shows the page of the value that it is given, or fails.
            data = {**data.dict(), "parent": ""}
        super().__init__(data)
        self.user, self.group = user, group
        parent: Any = self.fields["parent"]
        parent.queryset = page_model()._default_manager.all()
        self.types = types_below(page, user) if page is not None else []
        offered: Any = self.fields["page_type"]
        offered.choices = [
            (model._meta.label_lower, str(model.get_verbose_name())) for model in self.types
        ]
        if len(self.types) < 2:
            # Nothing to choose: the only type is taken.
            del self.fields["page_type"]

    def clean_parent(self) -> Any:
        """A page of the site that was studied, below which something can be made."""
        parent = self.cleaned_data["parent"]
        site = parent.get_site()
        if site is None or site.pk != self.group.site_id:
            raise forms.ValidationError(_("This page is not of the site that was studied."))
        if not self.types:
            raise forms.ValidationError(
                _("Below this page there is no type of page that you may add and that has a text.")
            )
        return parent

    def clean(self) -> dict[str, Any]:
        """The type as a class."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "page_type" in self.fields and not cleaned.get("page_type"):
            if "parent" in cleaned:
                self.add_error("page_type", _("Choose what kind of page it shall be."))
        else:
            chosen = cleaned.get("page_type")
            cleaned["model"] = next(
                (one for one in self.types if not chosen or one._meta.label_lower == chosen), None
            )
        return cleaned


@dataclass(frozen=True, slots=True, kw_only=True)
class Draftable:
    """One thing that can be made: by whom, of what, and what must be chosen first."""

    key: str
    label: Promise
    icon: str
    model: Callable[[], type[Model]]
    may_draft: Callable[[Any, ExchangeGroup], bool]
    make: Callable[[Material], Model]
    form: type[ParentForm] | None = None

    def edit_url(self, user: Any, pk: int | None) -> str:
        """Where the draft is written on; nothing where it is gone or not this user's to edit."""
        draft = self.model()._default_manager.filter(pk=pk).first()
        url: str | None = AdminURLFinder(user).get_edit_url(draft) if draft is not None else None
        return url or ""


def _may_write_replies(user: Any, group: ExchangeGroup) -> bool:
    policy = policy_of(CannedReply)
    return bool(policy.user_has_permission_for_instance(user, "add", group.site))


def _make_reply(material: Material) -> CannedReply:
    reply = CannedReply(
        site=material.group.site,
        locale=material.locale,
        title=material.title,
        text=str(paragraphs(material.reply)),
        live=False,
        has_unpublished_changes=True,
    )
    return _begun(reply, material.user)


def _begun(draft: Draft, user: Any) -> Draft:
    """The draft, saved, with its first revision and an entry in its history."""
    draft.save()
    revision = draft.save_revision(user=user, clean=False)
    log(instance=draft, action="wagtail.create", user=user, revision=revision, content_changed=True)
    return draft


def _may_write_answers(user: Any, group: ExchangeGroup) -> bool:
    """What visitors ask can be answered; what agents say has no question to be found by."""
    policy = policy_of(CuratedAnswer)
    return group.kind == Kind.QUESTION and bool(
        policy.user_has_permission_for_instance(user, "add", group.site)
    )


def _make_answer(material: Material) -> CuratedAnswer:
    answer = CuratedAnswer(
        site=material.group.site,
        locale=material.locale,
        name=material.title[:LONGEST_NAME],
        wordings=" ".join(material.name.split())[:MOST_WORDING],
        text=str(paragraphs(material.reply)),
        live=False,
        has_unpublished_changes=True,
    )
    return _begun(answer, material.user)


def _may_write_pages(user: Any, group: ExchangeGroup) -> bool:
    may_add: Any = PagePermissionPolicy().instances_user_has_permission_for(user, "add")
    trees = group.site.root_page.get_translations(inclusive=True)
    return any(may_add.descendant_of(root, inclusive=True).exists() for root in trees)


def _make_page(material: Material) -> Model:
    parent = material.chosen["parent"]
    page: Model = draft_page(
        parent=parent.specific,
        model=material.chosen["model"],
        title=material.title,
        text=material.reply,
        user=material.user,
        locale=parent.locale,
    )
    return page


DRAFTS: Final[tuple[Draftable, ...]] = (
    Draftable(
        key="canned_reply",
        label=gettext_lazy("Draft a canned reply"),
        icon="livechat-reply",
        model=lambda: CannedReply,
        may_draft=_may_write_replies,
        make=_make_reply,
    ),
    Draftable(
        key="curated_answer",
        label=gettext_lazy("Draft an answer of the signpost"),
        icon="livechat-answer",
        model=lambda: CuratedAnswer,
        may_draft=_may_write_answers,
        make=_make_answer,
    ),
    Draftable(
        key="page",
        label=gettext_lazy("Draft a page"),
        icon="doc-empty",
        model=page_model,
        may_draft=_may_write_pages,
        make=_make_page,
        form=ParentForm,
    ),
)


def draftable(key: str) -> Draftable | None:
    """The line of the table with this key."""
    return next((one for one in DRAFTS if one.key == key), None)


def drafts_for(user: Any, group: ExchangeGroup) -> list[Draftable]:
    """What this user may make of the group."""
    return [one for one in DRAFTS if one.may_draft(user, group)]
