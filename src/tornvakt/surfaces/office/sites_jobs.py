"""What the jobs process does for the object pages: reads and carries out large imports."""

import logging

from django.utils import timezone, translation
from django_tasks import task

from tornvakt.base.access.models import User
from tornvakt.domains.sites.services import importing
from tornvakt.pure.facts import Refusal

log = logging.getLogger(__name__)


@task()
def examine(import_id: int, language: str) -> None:
    """Read and judge an uploaded file; the sentences are in the language of who uploaded it."""
    with translation.override(language):
        importing.examine(import_id=import_id, now=timezone.now())


@task()
def carry_out(import_id: int, user_id: int, language: str) -> None:
    """Write what was confirmed. When the register has changed there is a new preview to look at."""
    with translation.override(language):
        by = User.objects.get(pk=user_id)
        try:
            importing.carry_out(import_id=import_id, by=by, now=timezone.now())
        except Refusal as refusal:
            log.info("sites.import_not_done id=%s reason=%s", import_id, type(refusal).__name__)
