"""Addresses of our own static files that change when the file does."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles.storage import HashedFilesMixin, staticfiles_storage
from django.templatetags.static import static

FOLDER = Path(__file__).resolve().parent / "static" / "wagtail_livechat"


@lru_cache(maxsize=64)
def _fingerprint(name: str, changed_ns: int) -> str:
    return sha256((FOLDER / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of one of our bundles.

    Where the host's storage does not put a fingerprint into the name, we add one, of the
    file itself: a browser then never runs an old bundle against a new server.
    """
    url = static(f"wagtail_livechat/{name}")
    if isinstance(staticfiles_storage, HashedFilesMixin):
        return url
    try:
        changed_ns = (FOLDER / name).stat().st_mtime_ns
    except OSError:  # not built: the system check says so
        return url
    return f"{url}?v={_fingerprint(name, changed_ns)}"
