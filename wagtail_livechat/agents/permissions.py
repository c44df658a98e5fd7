"""Who may do what on which site: the single gate of all staff access.

Rights come from Wagtail's groups, for everywhere (a group's permission) or for one site
(``GroupSitePermission``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import GroupSitePermission, Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


REPLY = "reply_conversation"
VIEW_TRANSCRIPT = "view_transcript"
CHANGE_SETTINGS = "change_livechatsettings"
WATCH = "watch_visitors"
INVITE = "invite_visitors"
VIEW_RECEIPTS = "view_consent_receipt"
VIEW_ACCESS = "view_staff_access"
STUDY = "study_exchanges"
APP_LABEL = "wagtail_livechat"
RIGHTS: Final = (REPLY, VIEW_TRANSCRIPT, WATCH, INVITE, VIEW_RECEIPTS, VIEW_ACCESS, STUDY)
"""Those that belong to a site and are not about changing its settings or its snippets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRights:
    """What one user may do now, by site."""

    user_id: int
    reply: frozenset[int]
    view: frozenset[int]
    watch: frozenset[int] = frozenset()
    invite: frozenset[int] = frozenset()

    @property
    def sites(self) -> frozenset[int]:
        """The sites of which this user sees anything."""
        return self.reply | self.view | self.watch

    def may_reply(self, site_id: int) -> bool:
        return site_id in self.reply

    def may_view(self, site_id: int) -> bool:
        return site_id in self.view or site_id in self.reply

    def may_watch(self, site_id: int) -> bool:
        return site_id in self.watch

    def may_invite(self, site_id: int) -> bool:
        """Nobody invites whom one may not watch, or could not answer."""
        return site_id in self.invite and site_id in self.watch and site_id in self.reply


def sites_where(user: User | AnonymousUser, codename: str) -> frozenset[int]:
    """The ids of the sites on which ``user`` holds this permission of ours."""
    if not user.is_active or not user.is_authenticated:
        return frozenset()
    if user.has_perm(f"{APP_LABEL}.{codename}"):
        return frozenset(Site.objects.values_list("pk", flat=True))
    return frozenset(
        GroupSitePermission.objects.filter(
            group__user=user,
            permission__codename=codename,
            permission__content_type__app_label=APP_LABEL,
        ).values_list("site_id", flat=True)
    )


def rights_of(user: User) -> StaffRights:
    """All that the staff side asks, in one object; asked anew whenever it may have changed."""
    return StaffRights(
        user_id=user.pk,
        reply=sites_where(user, REPLY),
        view=sites_where(user, VIEW_TRANSCRIPT),
        watch=sites_where(user, WATCH),
        invite=sites_where(user, INVITE),
    )


def permission(codename: str) -> Permission:
    """The row behind one of our codenames."""
    return Permission.objects.get(codename=codename, content_type__app_label=APP_LABEL)


def user_ids_who_may_reply(site_id: int) -> frozenset[int]:
    """The active users who may reply on this site: superusers, and by group."""
    return _user_ids_who_may(REPLY, site_id)


def user_ids_who_may_watch(site_id: int) -> frozenset[int]:
    """The active users who may watch the visitors of this site."""
    return _user_ids_who_may(WATCH, site_id)


def _user_ids_who_may(codename: str, site_id: int) -> frozenset[int]:
    everywhere = Q(
        groups__permissions__codename=codename,
        groups__permissions__content_type__app_label=APP_LABEL,
    )
    here = Q(
        groups__site_permissions__site_id=site_id,
        groups__site_permissions__permission__codename=codename,
        groups__site_permissions__permission__content_type__app_label=APP_LABEL,
    )
    direct = Q(
        user_permissions__codename=codename,
        user_permissions__content_type__app_label=APP_LABEL,
    )
    users = get_user_model()._default_manager.filter(is_active=True)
    return frozenset(
        users.filter(Q(is_superuser=True) | everywhere | here | direct).values_list("pk", flat=True)
    )


def groups_who_may(codename: str, site_id: int) -> tuple[str, ...]:
    """The names of the groups that hold this permission of ours on the site, or on all."""
    ours = Q(permissions__codename=codename, permissions__content_type__app_label=APP_LABEL) | Q(
        site_permissions__site_id=site_id,
        site_permissions__permission__codename=codename,
        site_permissions__permission__content_type__app_label=APP_LABEL,
    )
    names = Group.objects.filter(ours).order_by("name").values_list("name", flat=True)
    return tuple(names.distinct())
