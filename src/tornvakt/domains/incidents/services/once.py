"""The same form sent twice is done once.

A form carries a mark (a UUID) of its own. The first to come writes down the mark together with
what the form said, in the transaction that does it; a second press, a reload or a script that
tries again finds it there. The same form with other words is another thing, and is done.
"""

import hashlib
import json
import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tornvakt.base.access.models import User
from tornvakt.domains.incidents.models import SentForm
from tornvakt.domains.incidents.refusals import SentBefore

KEPT_FOR = timedelta(days=2)


def first_time(token: str, verb: str, by: User, now: datetime, /, **fields: object) -> SentForm:
    """Note that a form was sent; raise SentBefore when it was, and then nothing is to be done.

    Called in the open transaction, so that what is refused may be sent again. A form without a
    mark, or with one that is no UUID, is never the same as another.
    """
    row = SentForm(by=by, digest=_digest(token, verb, fields), at=now)
    if not row.digest:
        return row
    SentForm.objects.filter(by=by, at__lt=now - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as again:
        before = SentForm.objects.filter(by=by, digest=row.digest).first()
        raise SentBefore(before.number if before else "") from again
    return row


def made(row: SentForm, number: str) -> None:
    """Note which incident the form made, for whoever sends it again."""
    if row.pk is not None and number:
        SentForm.objects.filter(pk=row.pk).update(number=number)


def _digest(token: str, verb: str, fields: dict[str, object]) -> str:
    try:
        mark = uuid.UUID(token)
    except ValueError:
        return ""
    said = json.dumps([mark.hex, verb, fields], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()
