"""The study in the background: put down at once, done by whoever runs ``django_tasks``."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django_tasks import task

from . import actions
from .models import StudyRun


@task()
def study_site(run_id: int) -> bool:
    """Do the study that was put down; whether it came to its end."""
    return actions.study(run_id)


@transaction.atomic
def begin_study(site_id: int) -> tuple[StudyRun, bool]:
    """Put a study of this site down and hand it to the project's backend; whether it is new."""
    run, is_new = actions.queue_study(site_id)
    if is_new:
        transaction.on_commit(partial(study_site.enqueue, run.pk))
    return run, is_new
