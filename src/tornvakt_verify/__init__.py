"""Verifies Tornvakt's records without a line of Tornvakt's code, and without changing a byte.

Written from ``docs/reference/inkorgens-format.md`` alone, on the standard library (signatures need
``cryptography``). A fault in the writer can therefore not hide itself here. Run it as
``python -m tornvakt_verify DATA``, also on a copy, on another machine, or beside a running
receiver.
"""

from tornvakt_verify.journal import verify
from tornvakt_verify.report import CannotVerify, Report

__all__ = ["CannotVerify", "Report", "verify"]
