"""Giving out numbers people can say: year and serial, 2026-000123, without gaps by design."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def next_numbers(count: int, at: datetime) -> list[str]:
    """Return the next ``count`` numbers of the year, by the clock on the wall.

    One statement that also takes the row's lock; a transaction that is rolled back gives its
    numbers back.
    """
    year = timezone.localtime(at).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO incidents_numberseries (year, last) VALUES (%s, %s) "
            "ON CONFLICT (year) DO UPDATE SET last = incidents_numberseries.last + excluded.last "
            "RETURNING last",
            [year, count],
        )
        (last,) = cursor.fetchone()
    return [f"{year}-{number:06d}" for number in range(last - count + 1, last + 1)]
