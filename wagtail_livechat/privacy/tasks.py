"""The same as ``manage.py livechat_housekeeping``, for a project that runs ``django_tasks``."""

from __future__ import annotations

# As Wagtail itself does, from 7.4 on and on every Django: it brings the package.
from django_tasks import task

from . import actions


@task()
def keep_house(seconds: float | None = None) -> dict[str, int]:
    """Take away what has been kept for long enough; says how many rows, by part.

    ``keep_house.enqueue()`` hands it to the project's backend, once a day or more often.
    """
    kept = actions.keep_house(seconds=seconds)
    if kept.failed:
        raise RuntimeError(f"Keeping house failed for: {', '.join(kept.failed)}")
    return dict(kept.erased)
