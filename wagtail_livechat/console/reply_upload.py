"""Taking in canned replies from a spreadsheet: each bad line is named, and nothing is lost.

A line that names an existing reply becomes a new version of it: what it said before stays in
its history. Without errors, or where one says so, the good lines are taken in together.
"""

# Wagtail's classes carry no types.
# mypy: no-disallow-untyped-calls

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final, cast

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView
from taggit.utils import parse_tags
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin
from wagtail.models import Locale, Site

from wagtail_livechat.canned_replies.cards import KINDS, Attached, stream_of
from wagtail_livechat.canned_replies.models import CannedReply
from wagtail_livechat.canned_replies.rules import tag_list
from wagtail_livechat.protocol.values import CardKind

from .policies import CannedReplyPolicy, policy_of
from .reply_sheets import (
    COLUMNS,
    MOST_LINES,
    WRITTEN,
    YES,
    Line,
    is_same,
    lines_of,
    name_of_site,
    rich_text_of,
    row_of,
)

MOST_BYTES: Final = 2_000_000
NO: Final = ("", "no", "0", "false")


class UploadForm(forms.Form):
    """A file, and what to do with it."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8, or XLSX, with the columns that an export has."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    publish = forms.BooleanField(
        label=gettext_lazy("Publish what is taken in"),
        required=False,
        help_text=gettext_lazy("Otherwise it is kept as drafts."),
    )
    only_good = forms.BooleanField(
        label=gettext_lazy("Take in the good lines even if others are bad"),
        required=False,
    )

    def clean_file(self) -> list[Line]:
        """The lines of the file."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is too long. Take it in in parts."))
        return lines_of(file.read(), file.name)


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of the lines of a file."""

    new: list[CannedReply] = field(default_factory=list)
    changed: list[CannedReply] = field(default_factory=list)
    unchanged: int = 0
    bad: list[tuple[Line, list[str]]] = field(default_factory=list)


def groups_for(user: Any) -> QuerySet[Group]:
    """The groups that a user may write replies for: one's own, and those of replies that
    one may change; all of them for whoever writes for all sites."""
    policy = cast(CannedReplyPolicy, policy_of(CannedReply))
    if policy.holds_everywhere(user, ["add", "change"]):
        return Group.objects.order_by("name")
    written = policy.instances_user_has_any_permission_for(user, ["change"])
    held = Q(user=user) | Q(pk__in=written.exclude(group=None).values("group"))
    return Group.objects.filter(held).distinct().order_by("name")


class Reading:
    """Turns lines into replies, for one user."""

    def __init__(self, user: Any, *, publish: bool) -> None:
        self._user = user
        self._publish = publish
        self._policy = cast(CannedReplyPolicy, policy_of(CannedReply))
        self._locales = {locale.language_code: locale for locale in Locale.objects.all()}
        self._sites = {name_of_site(site): site for site in Site.objects.all()}
        self._groups = {group.name: group for group in groups_for(user)}
        self._shortcuts: dict[tuple[Any, ...], int] = {}

    def read(self, lines: Sequence[Line]) -> Report:
        """Every line looked at; nothing is written."""
        report = Report()
        for line in lines:
            try:
                reply, before = self._reply_of(line)
            except ValidationError as error:
                report.bad.append((line, _sentences(error)))
                continue
            if before is not None and is_same(reply, before):
                report.unchanged += 1
            elif before is not None:
                report.changed.append(reply)
            elif self._is_there(reply):
                report.unchanged += 1
            else:
                report.new.append(reply)
        return report

    def _reply_of(self, line: Line) -> tuple[CannedReply, dict[str, Any] | None]:
        reply = self._found(line["id"])
        before = row_of(reply) if reply.pk else None
        locale = _one_of(
            self._locales, line["language"], _("There is no language “%(name)s” here.")
        )
        if before is not None and locale is not None and locale != reply.locale:
            raise ValidationError(_("A reply stays in its language: translate it instead."))
        if before is None:
            reply.locale = locale or Locale.get_default()
        said = {name: line[name] for name in ("title", "shortcut", "category")}
        for name, value in said.items():
            setattr(reply, name, value)
        reply.text = rich_text_of(line["text"])
        reply.site = _one_of(self._sites, line["site"], _("There is no site “%(name)s” here."))
        reply.group = _one_of(
            self._groups,
            line["group"],
            _("There is no group “%(name)s” here that you may write for."),
        )
        reply.owner = None if line["personal"].lower() in NO else self._user
        reply.valid_from = _day(line["valid_from"])
        reply.valid_until = _day(line["valid_until"])
        reply.cards = stream_of(_cards(line["cards"]))
        self._demand_right(reply)
        reply.full_clean(exclude=["latest_revision", "live_revision"])
        self._demand_own_shortcut(reply, line)
        reply.tags.set(tag_list(parse_tags(line["tags"])))
        return reply, before

    def _found(self, cell: str) -> CannedReply:
        if not cell:
            return CannedReply(live=False)
        rows = self._policy.instances_user_has_any_permission_for(self._user, ["change"])
        found = rows.filter(pk=int(cell)).first() if cell.isdecimal() else None
        if found is None:
            raise ValidationError(
                _(
                    "There is no reply %(id)s that you may change. Leave the cell empty for a new one."
                )
                % {"id": cell[:20]}
            )
        lock = found.get_lock()
        if lock is not None and lock.for_user(self._user):
            raise ValidationError(_("This reply is locked."))
        reply: CannedReply = found.get_latest_revision_as_object()
        return reply

    def _demand_right(self, reply: CannedReply) -> None:
        actions = ["change"] if reply.pk else ["add"]
        if not self._may(actions, reply):
            raise ValidationError(_("You may not write for this site, or for all of them."))
        if self._publish and not self._may(["publish"], reply):
            raise ValidationError(_("You may not publish for this site, or for all of them."))

    def _may(self, actions: list[str], reply: CannedReply) -> bool:
        if reply.site_id is None and reply.owner_id is None:
            return self._policy.holds_everywhere(self._user, actions)
        policy = self._policy
        return policy.user_has_any_permission_for_instance(self._user, actions, reply)

    def _demand_own_shortcut(self, reply: CannedReply, line: Line) -> None:
        """Also within the file: none of it is in the database yet."""
        if not reply.shortcut:
            return
        key = (
            reply.shortcut.casefold(),
            reply.locale_id,
            reply.site_id,
            reply.group_id,
            reply.owner_id,
        )
        earlier = self._shortcuts.setdefault(key, line.number)
        if earlier != line.number:
            raise ValidationError(
                _("Line %(number)d has the same shortcut for the same people.")
                % {"number": earlier}
            )

    def _is_there(self, reply: CannedReply) -> bool:
        same = CannedReply.objects.filter(title=reply.title, locale_id=reply.locale_id)
        rows = same.select_related("site", "group", "locale")
        return any(is_same(reply, row_of(each)) for each in rows)

    @transaction.atomic
    def write(self, report: Report) -> None:
        """Everything that was found good; published where that was asked for."""
        for reply in [*report.new, *report.changed]:
            if reply.pk is None:
                reply.save()
            revision = reply.save_revision(user=self._user, log_action=True)
            if self._publish:
                revision.publish(user=self._user)


def _one_of(known: dict[str, Any], cell: str, unknown: str) -> Any:
    """What a cell names; nothing for an empty one."""
    if cell and cell not in known:
        raise ValidationError(unknown % {"name": cell[:60]})
    return known[cell] if cell else None


def _sentences(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        " ".join([f"{name}:", *messages]) for name, messages in sorted(error.message_dict.items())
    ]


def _day(cell: str) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell[:10])
    except ValueError as error:
        raise ValidationError(
            _("“%(cell)s” is no day: write it as 2030-12-31.") % {"cell": cell[:20]}
        ) from error


def _cards(cell: str) -> list[Attached]:
    """Raises :class:`ValidationError` for what is none, or is not there."""
    found = []
    for word in cell.split():
        kind, _colon, number = word.partition(":")
        if kind not in KINDS or not number.isdecimal():
            raise ValidationError(
                _("“%(card)s” is no card: write page:12, image:3 or document:7.")
                % {"card": word[:40]}
            )
        found.append(Attached(kind=CardKind(kind), id=int(number)))
    stream = CannedReply._meta.get_field("cards").to_python(stream_of(found))
    for attached, block in zip(found, stream, strict=False):
        if block.value is None:
            raise ValidationError(
                _("There is no %(card)s.") % {"card": f"{attached.kind.value}:{attached.id}"}
            )
    return found


class UploadView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]
    """``upload/``: a file is looked at line by line, and taken in."""

    model = CannedReply
    permission_required: Any = "add"
    form_class = UploadForm
    template_name = "wagtail_livechat/console/replies/upload.html"
    page_title: Any = gettext_lazy("Take in a spreadsheet")
    header_icon = "livechat-reply"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Home, the list, here."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": self._list, "label": _("Canned replies")},
            {"url": "", "label": self.get_page_title()},
        ]

    @cached_property
    def _list(self) -> str:
        return reverse("livechat_canned_replies:list")

    def form_valid(self, form: UploadForm) -> HttpResponse:
        """Take it in, or say what is wrong with each line."""
        reading = Reading(self.request.user, publish=form.cleaned_data["publish"])
        report = reading.read(form.cleaned_data["file"])
        taken = not report.bad or form.cleaned_data["only_good"]
        if taken:
            reading.write(report)
        if report.bad:
            context = self.get_context_data(form=UploadForm(), report=report, taken=taken)
            return self.render_to_response(context)
        messages.success(self.request, told(report))
        return redirect(self._list)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The columns, and what became of a file."""
        report: Report | None = kwargs.get("report")
        shown = [column for column in WRITTEN if report and _is_used(column, report)]
        return {
            **super().get_context_data(**kwargs),
            "columns": COLUMNS,
            "most_lines": MOST_LINES,
            "yes": YES,
            "summary": told(report) if report else "",
            "shown": shown,
            "bad": [
                {"number": line.number, "cells": [line[c] for c in shown], "why": why}
                for line, why in (report.bad if report else ())
            ],
        }


def _is_used(column: str, report: Report) -> bool:
    return any(line[column] for line, _why in report.bad)


def told(report: Report) -> str:
    """What became of the good lines."""
    new, changed = len(report.new), len(report.changed)
    return " ".join(
        [
            ngettext("%(n)d new reply.", "%(n)d new replies.", new) % {"n": new},
            ngettext("%(n)d changed.", "%(n)d changed.", changed) % {"n": changed},
            ngettext("%(n)d is there already.", "%(n)d are there already.", report.unchanged)
            % {"n": report.unchanged},
        ]
    )
