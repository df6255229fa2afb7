"""Keep, give back and forget drafts. A person sees and changes their own and no others.

Why on the server too: a browser's storage can be wiped, switched off or on another computer, and
what was typed at 03.40 must still be there after a new sign-in anywhere.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.base.drafts.models import Draft

KEPT = timedelta(days=7)
LONGEST_TEXT = 20_000
LONGEST_PLACE = 160
MOST = 200
"""Drafts a person may have; the oldest give way. A form has some ten fields."""
MOST_AT_ONCE = 50


@transaction.atomic
def keep(*, by: User, texts: Mapping[str, str], now: datetime) -> int:
    """Keep the text of each field (by its name); an empty text is forgotten. Returns how many.

    What is too long for a draft is left to the browser that has it: its field is not counted.
    """
    named = {
        place: text
        for place, text in list(texts.items())[:MOST_AT_ONCE]
        if 0 < len(place) <= LONGEST_PLACE and len(text) <= LONGEST_TEXT
    }
    Draft.objects.filter(
        by=by.pk, place__in=[place for place, text in named.items() if not text]
    ).delete()
    rows = [
        Draft(by=by.pk, place=place, text=text, at=now) for place, text in named.items() if text
    ]
    Draft.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["by", "place"], update_fields=["text", "at"]
    )
    if rows:
        newest = Draft.objects.filter(by=by.pk).order_by("-at", "-pk").values_list("pk", flat=True)
        Draft.objects.filter(pk__in=list(newest[MOST : MOST + MOST_AT_ONCE])).delete()
    return len(named)


def of(by: User, *, now: datetime) -> dict[str, tuple[str, datetime]]:
    """Return a person's drafts of the last week: by the field's name, the text and when (UTC)."""
    rows = Draft.objects.filter(by=by.pk, at__gt=now - KEPT)
    return {place: (text, at) for place, text, at in rows.values_list("place", "text", "at")}


def forget_old(*, now: datetime) -> int:
    """Remove what nobody came back to in a week; return how many."""
    return Draft.objects.filter(at__lte=now - KEPT).delete()[0]
