"""The same tables for those who follow up from outside the alarm room: small counts are hidden.

A count from 1 to 4 is "under 5", and so is whatever would give it away: its share, its percentiles,
its cost, and another count of the table where the sum tells (`pure/disclosure.py`).
"""

from tornvakt.pure import disclosure
from tornvakt.surfaces.office.figures_model import HIDDEN, Cell, Column, Kind, Table


def cut(table: Table) -> Table:
    """Return the table with what is too small hidden; its chart too, if anything was."""
    if table.key == "tagna":
        rows = [_cut_share(row) for row in table.rows]
    elif table.key == "klockor":
        rows = [_cut_clock(row) for row in table.rows]
    else:
        rows = _cut_counts(table)
    is_cut = rows != table.rows
    return Table(
        table.key,
        table.title,
        table.definition,
        table.source,
        table.columns,
        rows,
        None if is_cut else table.chart,
        most=table.most,
    )


def _cut_share(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    name, limit, value, low, high, part, whole, untaken = row
    assert isinstance(part, int)
    assert isinstance(whole, int)
    assert isinstance(untaken, int)
    if is_small(whole) or is_small(part) or is_small(whole - part):
        value = low = high = HIDDEN
        part = HIDDEN
    return (
        name,
        limit,
        value,
        low,
        high,
        part,
        HIDDEN if is_small(whole) else whole,
        HIDDEN if is_small(untaken) else untaken,
    )


def _cut_clock(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    name, n, missing, *times = row
    assert isinstance(n, int)
    assert isinstance(missing, int)
    if is_small(n):
        return (name, HIDDEN, HIDDEN, *(HIDDEN for _ in times))
    # The longest is one incident.
    shown = (*times[:-1], HIDDEN if n else None)
    return (name, n, HIDDEN if is_small(missing) else missing, *shown)


def _cut_counts(table: Table) -> list[tuple[Cell, ...]]:
    places = [place for place, column in enumerate(table.columns) if column.kind is Kind.COUNT]
    if len(places) != 1:
        return table.rows
    (place,) = places
    counts = {
        number: count
        for number, row in enumerate(table.rows)
        if isinstance(count := row[place], int)
    }
    out = disclosure.hidden(counts)
    return [
        _hide(row, table.columns) if number in out else row for number, row in enumerate(table.rows)
    ]


def _hide(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> tuple[Cell, ...]:
    return tuple(
        cell if column.kind is Kind.TEXT else HIDDEN
        for cell, column in zip(row, columns, strict=True)
    )


def is_small(count: int) -> bool:
    """Whether a count is so small that it may be about somebody."""
    return 0 < count < disclosure.LEAST
