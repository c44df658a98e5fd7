"""Where Django meets the plug-in."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveChatConfig(AppConfig):
    """Wires the parts together once Django is ready."""

    name = "wagtail_livechat"
    label = "wagtail_livechat"
    verbose_name = _("Live chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are ready only now.
        from . import checks, wiring
        from .answers import reactions as answers
        from .canned_replies import reactions as canned_replies
        from .consent import reactions as consent
        from .engagement import reactions as engagement
        from .site_settings import reactions
        from .transport import revocation

        wiring.connect()
        reactions.connect()
        canned_replies.connect()
        consent.connect()
        engagement.connect()
        answers.connect()
        revocation.connect()
        checks.register()
