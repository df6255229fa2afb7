"""Verifies the audit log without a line of Tornvakt's code, and without changing a byte.

Written from ``docs/reference/granskningsloggens-format.md`` alone, on the standard library
(signatures need ``cryptography``, PostgreSQL needs ``psycopg``). Run it as
``python -m tornvakt_verify.audit DATA``, also on a copy, or beside a running installation.
"""

from tornvakt_verify.audit.outcome import Report
from tornvakt_verify.audit.verifying import verify

__all__ = ["Report", "verify"]
