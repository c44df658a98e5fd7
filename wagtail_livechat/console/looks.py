"""What somebody looks at in the admin goes into the access log."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from wagtail_livechat.agents.actions import hash_session
from wagtail_livechat.agents.queries import profile_of
from wagtail_livechat.privacy.actions import record_access
from wagtail_livechat.privacy.models import Look


def note_look(request: HttpRequest, *, site_id: int, look: Look, target: str) -> None:
    """Write down what the user of this request looks at, by a neutral name."""
    user_id = cast(int, request.user.pk)
    profile = profile_of(user_id)
    session_key = request.session.session_key
    record_access(
        user_id=user_id,
        site_id=site_id,
        look=look,
        target=target,
        session_hash=hash_session(session_key) if session_key else "",
        alias=profile.alias if profile else "",
    )
