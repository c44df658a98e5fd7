"""When a session or a right goes, the open connections hear of it at once.

Django and Wagtail announce these as signals. What no signal tells (a session that expires,
a row deleted by hand) the connections find out for themselves, within a minute.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from wagtail.models import GroupSitePermission, Site

from wagtail_livechat.agents import actions as agents
from wagtail_livechat.conversations import actions as conversations
from wagtail_livechat.visitors import actions as visitors

from . import identity


def connect() -> None:
    """Listen; called once when Django is ready."""
    user = get_user_model()
    user_logged_in.connect(_logged_in, dispatch_uid="wagtail_livechat.logged_in")
    user_logged_out.connect(_logged_out, dispatch_uid="wagtail_livechat.logged_out")
    post_save.connect(_user_saved, sender=user, dispatch_uid="wagtail_livechat.user_saved")
    post_delete.connect(_user_saved, sender=user, dispatch_uid="wagtail_livechat.user_deleted")
    for name in ("groups", "user_permissions"):
        relation = getattr(user, name, None)
        if relation is not None:
            m2m_changed.connect(
                _memberships_changed,
                sender=relation.through,
                dispatch_uid=f"wagtail_livechat.{name}",
            )
    m2m_changed.connect(
        _group_permissions_changed,
        sender=Group.permissions.through,
        dispatch_uid="wagtail_livechat.group_permissions",
    )
    pre_delete.connect(_group_goes, sender=Group, dispatch_uid="wagtail_livechat.group_goes")
    for signal in (post_save, post_delete):
        signal.connect(
            _site_permission_changed,
            sender=GroupSitePermission,
            dispatch_uid="wagtail_livechat.site_permission",
        )
        signal.connect(
            identity.forget_sites, sender=Site, dispatch_uid="wagtail_livechat.sites_changed"
        )


def _revoke(user_ids: Iterable[Any]) -> None:
    for user_id in user_ids:
        agents.revoke(user_id=user_id)


def _cookies(request: Any) -> dict[str, str]:
    return getattr(request, "COOKIES", None) or {}


def _logged_in(*, request: Any, **kwargs: Any) -> None:
    """Whoever planted a key in this browser before the login does not share what follows."""
    for _, key_hash in identity.key_hashes_in(_cookies(request)):
        visitors.ask_for_rotation(key_hash=key_hash)


def _logged_out(*, request: Any, user: Any, **kwargs: Any) -> None:
    """The session's sockets end, and the next person at this browser finds no chat."""
    session_key = getattr(getattr(request, "session", None), "session_key", None)
    if user is not None and session_key:
        session_hash = agents.hash_session(session_key)
        agents.leave_session(session_hash=session_hash)
        agents.revoke(user_id=user.pk, session_hash=session_hash)
    for site_id, key_hash in identity.key_hashes_in(_cookies(request)):
        conversations.forget(site_id=site_id, key_hash=key_hash)


def _user_saved(
    *, instance: Any, update_fields: Iterable[str] | None = None, **kwargs: Any
) -> None:
    """Password, activity or superuser may have changed. A login alone is no news."""
    if update_fields is None or set(update_fields) - {"last_login"}:
        if not kwargs.get("created"):
            _revoke([instance.pk])


def _memberships_changed(
    *, instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, **kwargs: Any
) -> None:
    """A user joined or left groups, or (``reverse``) a group or permission was given users."""
    if not action.startswith(("post_", "pre_clear")):
        return
    if not reverse:
        _revoke([instance.pk])
    elif pk_set is not None:
        _revoke(pk_set)
    elif hasattr(instance, "user_set"):
        _revoke(instance.user_set.values_list("pk", flat=True))


def _members(group: Any) -> Iterable[Any]:
    return get_user_model()._default_manager.filter(groups=group).values_list("pk", flat=True)


def _group_permissions_changed(
    *, instance: Any, action: str, reverse: bool, pk_set: set[Any] | None, **kwargs: Any
) -> None:
    if action.startswith("post_"):
        groups = pk_set or () if reverse else (instance.pk,)
        for group in groups:
            _revoke(_members(group))


def _group_goes(*, instance: Any, **kwargs: Any) -> None:
    _revoke(list(_members(instance)))


def _site_permission_changed(*, instance: Any, **kwargs: Any) -> None:
    _revoke(_members(instance.group_id))
