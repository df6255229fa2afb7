"""Writing many changed rows at once.

Django's `bulk_update` builds one statement of CASE and WHEN for every column and row; a thousand
restores after a power cut spent half their time in that. One prepared statement, run for each row,
says the same.
"""

from collections.abc import Collection, Sequence
from typing import Any, cast

from django.db import connection
from django.db.models import Field, Model


def update_each(rows: Collection[Model], names: Sequence[str]) -> None:
    """Write these fields of rows of one table with a key ``id``, in the order of their keys."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: int(row.pk))
    meta = ordered[0]._meta
    fields = [cast("Field[Any, Any]", meta.get_field(name)) for name in names]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    sql = f"UPDATE {quote(meta.db_table)} SET {sets} WHERE id = %s"
    values = [
        [
            *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields),
            row.pk,
        ]
        for row in ordered
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
