"""The one way a temporal row is changed: the row in force is closed and another begins."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tornvakt.domains.sites.models.temporal import Temporal
from tornvakt.pure.facts import Refusal

T = TypeVar("T", bound=Temporal)


class ChangedBeforeItBegan(Refusal):
    """Somebody wants to change what is so from an instant before it became so."""

    def __init__(self, begins: datetime, at: datetime) -> None:
        shown = {"begins": localtime(begins), "at": localtime(at)}
        super().__init__(
            _(
                "What is to be changed holds from %(begins)s and cannot be another from %(at)s, "
                "which is earlier. Choose a later time."
            )
            % {name: f"{time:%Y-%m-%d %H:%M}" for name, time in shown.items()}
        )


def replace(
    model: type[T], *, where: Mapping[str, Any], values: Mapping[str, Any] | None, at: datetime
) -> T | None:
    """Let ``values`` be so from ``at`` for the rows named by ``where``; None: nothing is so.

    Unchanged values change nothing, and columns that are not named go on as they were. Returns the
    row without end, or None. In the caller's transaction. Raises ChangedBeforeItBegan.
    """
    standing = model._default_manager.select_for_update().filter(valid_to=None, **where).first()
    if standing is not None:
        if values is not None and all(getattr(standing, k) == v for k, v in values.items()):
            return standing
        close(standing, at)
    if values is None:
        return None
    kept = _columns(standing, where) if standing is not None else {}
    return model._default_manager.create(**{**kept, **where, **values, "valid_from": at})


def close(row: Temporal, at: datetime) -> None:
    """End a row. What ends at the instant it began was never in force."""
    if at < row.valid_from:
        raise ChangedBeforeItBegan(row.valid_from, at)
    row.valid_to = at
    row.save(update_fields=["valid_to"])


def replace_many(
    model: type[T],
    *,
    by: tuple[str, ...],
    rows: Mapping[tuple[Any, ...], Mapping[str, Any]],
    among: models.Q,
    at: datetime,
    ends_others: bool = False,
) -> int:
    """As `replace` for many rows in four statements; return how many were new or changed.

    ``by`` are the columns that name a row, ``rows`` the values by them, ``among`` which rows they
    are compared with. ``ends_others`` also ends the rows among those that are not named.
    """
    standing = {
        tuple(getattr(row, column) for column in by): row
        for row in model._default_manager.select_for_update().filter(among, valid_to=None)
    }
    changed = {
        name: values
        for name, values in rows.items()
        if name not in standing
        or any(getattr(standing[name], column) != value for column, value in values.items())
    }
    ended = [row for name, row in standing.items() if name in changed]
    if ends_others:
        ended += [row for name, row in standing.items() if name not in rows]
    for row in ended:
        if at < row.valid_from:
            raise ChangedBeforeItBegan(row.valid_from, at)
        row.valid_to = at
    model._default_manager.bulk_update(ended, ["valid_to"], batch_size=500)
    model._default_manager.bulk_create(
        [
            model(
                **{
                    **(_columns(standing[name], by) if name in standing else {}),
                    **dict(zip(by, name, strict=True)),
                    **values,
                    "valid_from": at,
                }
            )
            for name, values in changed.items()
        ],
        batch_size=500,
    )
    return len(changed)


def _columns(row: Temporal, named: Collection[str]) -> dict[str, Any]:
    """Return the columns that say what is so: not the id, the interval, or what names the row."""
    left_out = {"id", "valid_from", "valid_to", *named}
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name not in left_out and field.attname not in left_out
    }
