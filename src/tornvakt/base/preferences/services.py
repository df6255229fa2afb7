"""Keep and give a person's preferences."""

from typing import Any

from tornvakt.base.access.models import User
from tornvakt.base.preferences.models import Preference


def choose(*, by: User, name: str, value: Any) -> None:
    """Set a preference; ``value`` is anything JSON holds. The caller has judged it."""
    Preference.objects.update_or_create(by=by.pk, name=name, defaults={"value": value})


def of(by: User, name: str) -> Any:
    """Return a person's preference, None when they have not chosen."""
    found = Preference.objects.filter(by=by.pk, name=name).values_list("value", flat=True)
    return found.first()
