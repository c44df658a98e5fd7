"""A study as it is seen in the admin: begun, listed, and one group of it."""

from __future__ import annotations

from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page, Site

from wagtail_livechat.study import actions, queries
from wagtail_livechat.study.models import ExchangeGroup, StudyRun
from wagtail_livechat.study.queries import Sought
from wagtail_livechat.study.rules import Kind

INDEX = "livechat_study:index"


def study(site: Site) -> StudyRun:
    run, _is_new = actions.queue_study(site.pk)
    assert actions.study(run.pk)
    return StudyRun.objects.get(pk=run.pk)


def group_of(site: Site, kind: Kind = Kind.QUESTION) -> ExchangeGroup:
    """The largest group that a study has found."""
    found = queries.groups_found(queries.last_run(site.pk), kind, Sought(), dealt_with=None)
    group = found.first()
    assert group is not None
    return group


def address(name: str, group: ExchangeGroup, *more: str) -> str:
    return reverse(f"livechat_study:{name}", args=[group.pk, *more])


def listed(client: Client, query: str = "") -> list[list[str]]:
    """The table, cell by cell."""
    html = client.get(f"{reverse(INDEX)}{query}").content.decode()
    rows = BeautifulSoup(html, "html.parser").select("main table.listing tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in row.select("td")] for row in rows]


def let_write_pages(user: User, page: Page) -> None:
    group = Group.objects.create(name="Page editors")
    for codename in ("add_page", "change_page"):
        GroupPagePermission.objects.create(
            group=group,
            page=page,
            permission=Permission.objects.get(
                codename=codename, content_type__app_label="wagtailcore"
            ),
        )
    user.groups.add(group)
