"""Figures of the alarm work (siffror): counts and percentiles from the log, never from memory.

What each one is, where it comes from and how it is worked out: `docs/reference/matetal.md`. All of
it is made from stamps and lines that the services wrote when it happened; a stamp that is not there
is counted as missing. Aggregates only; the invoice basis, which names incidents, asks who looks.
"""

from tornvakt.domains.incidents.figures.false_alarms import (
    FalseAlarms,
    InvoiceRow,
    invoice_rows,
)
from tornvakt.domains.incidents.figures.limits import Limits, history, limits_of
from tornvakt.domains.incidents.figures.load import WORST, Load, Source
from tornvakt.domains.incidents.figures.own import OwnRate, own_rate
from tornvakt.domains.incidents.figures.picture import Picture, picture
from tornvakt.domains.incidents.figures.response import CLOCKS, Clock, TakeShare
from tornvakt.domains.incidents.figures.year import first_month, opened_by_month

__all__ = [
    "CLOCKS",
    "WORST",
    "Clock",
    "FalseAlarms",
    "InvoiceRow",
    "Limits",
    "Load",
    "OwnRate",
    "Picture",
    "Source",
    "TakeShare",
    "first_month",
    "history",
    "invoice_rows",
    "limits_of",
    "opened_by_month",
    "own_rate",
    "picture",
]
