"""The ASGI application of the test site, made as the installation page says."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
application = get_asgi_application()

from wagtail_livechat.asgi import livechat  # noqa: E402

application = livechat(application)
