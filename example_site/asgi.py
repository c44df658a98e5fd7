"""The ASGI entry: the two lines that a site adds for the chat, and its static files without a web server."""

from __future__ import annotations

import gc
import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_site.settings")
django_application = get_asgi_application()

from wagtail_livechat.asgi import livechat  # noqa: E402  (Django must be ready first)

# The static handler looks at HTTP requests below STATIC_URL only; a real site lets its web server do this.
application = livechat(ASGIStaticFilesHandler(django_application))

# What is loaded by now stays, and so does nearly all that a connection holds: looking through it again and
# again while many visitors come at once took a fifth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
