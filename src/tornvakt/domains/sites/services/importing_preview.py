"""A judgement as it is shown before anybody confirms: words and counts that fit in one row.

Every fault is kept, each with its row and column. Of what would change the first rows of each table
are kept, which is what a person looks at to see that the columns fell where they should.
"""

from typing import Any

from tornvakt.domains.sites import kinds
from tornvakt.domains.sites.services.importing_book import Fault
from tornvakt.domains.sites.services.importing_items import Item, Judgement
from tornvakt.domains.sites.services.importing_register import Values
from tornvakt.domains.sites.services.importing_values import cell_text
from tornvakt.domains.sites.services.sheets import OBJECTS, TABLES, Table, by_code
from tornvakt.pure.protocols.codes import KINDS

MOST_FAULTS = 10_000
SHOWN_CHANGES = 100
MOST_REMARKS = 200


def preview(judgement: Judgement) -> dict[str, Any]:
    """Return the preview as JSON takes it."""
    return {
        "faults": [_fault(fault) for fault in judgement.faults[:MOST_FAULTS]],
        "fault_rows": len({(fault.sheet, fault.line) for fault in judgement.faults}),
        "remarks": [remark.as_json() for remark in judgement.remarks[:MOST_REMARKS]],
        "new_customers": judgement.new_customers[:MOST_REMARKS],
        "tables": [
            {
                "code": table.code,
                "title": table.title,
                "more": max(0, len(judgement.items[table.code]) - SHOWN_CHANGES),
                "changes": [
                    _change(table, item) for item in judgement.items[table.code][:SHOWN_CHANGES]
                ],
            }
            for table in TABLES
            if judgement.items[table.code]
        ],
    }


def tallies(judgement: Judgement) -> dict[str, dict[str, int]]:
    """Return the counts of every table that the file had rows for."""
    found = {}
    for code, tally in judgement.tallies.items():
        counts = {
            "new": tally.new,
            "changed": tally.changed,
            "ended": tally.ended,
            "same": tally.same,
        }
        if any(counts.values()):
            found[code] = counts
    return found


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "sheet": fault.sheet,
        "line": fault.line,
        "column": fault.column,
        "value": fault.value,
        "sentence": fault.sentence.as_json(),
    }


def _change(table: Table, item: Item) -> dict[str, Any]:
    what = "new" if item.before is None else "ended" if item.after is None else "changed"
    return {
        "line": item.line,
        "label": item.label,
        "what": what,
        "fields": _differences(table, item),
    }


def _differences(table: Table, item: Item) -> list[dict[str, str]]:
    """Return what is changed, column by column; of a new row whatever is filled in."""
    if item.after is None:
        return []
    before = item.before or {}
    rows = []
    for column in table.columns:
        old, new = before.get(column.key), item.after.get(column.key)
        if old == new or (item.before is None and new in (None, "", [], False)):
            continue
        if isinstance(new, str) and new.startswith("\0"):
            continue  # an object that has no number yet
        rows.append(
            {
                "column": column.heading,
                "before": shown(table, column.key, before) if item.before else "",
                "after": shown(table, column.key, item.after),
            }
        )
    return rows


def shown(table: Table, key: str, values: Values) -> str:
    """Return a value of a row in words."""
    value = values.get(key)
    if key == "kind" and value:
        names = KINDS.get(str(value))
        return kinds.name(str(value)) if table is OBJECTS else names[0] if names else str(value)
    text = cell_text(table.column(key), value)
    if isinstance(text, float):
        return repr(text).replace(".", ",")  # as Swedish Excel shows it
    return "" if text is None else str(text)


def title_of(code: str) -> str:
    """Return the title of a table by its code."""
    table = by_code(code)
    return table.title if table else code
