"""What the desk reads: the queue, one incident with all that belongs to it, the log list.

Each question is asked on behalf of a viewer; one without the right gets nothing. What only the
machinery asks stands in `machinery.py`.
"""

from tornvakt.domains.incidents.selectors.affected import affected
from tornvakt.domains.incidents.selectors.card import call_list, card_of, where
from tornvakt.domains.incidents.selectors.duty import (
    cover_gaps,
    duty_list,
    duty_now,
    on_duty,
)
from tornvakt.domains.incidents.selectors.files import file_of
from tornvakt.domains.incidents.selectors.log import log_rows, newest_log_id
from tornvakt.domains.incidents.selectors.machinery import alarm_ids, lock_alarms
from tornvakt.domains.incidents.selectors.members import Member, members
from tornvakt.domains.incidents.selectors.rows import (
    closed_since,
    left_out,
    left_out_counts,
    queue,
    rows_of,
    waiting_counts,
)
from tornvakt.domains.incidents.selectors.searching import (
    Asked,
    Found,
    may_name,
    read_question,
    search,
)
from tornvakt.domains.incidents.selectors.shift import skipped_steps
from tornvakt.domains.incidents.selectors.view import incident

__all__ = [
    "Asked",
    "Found",
    "Member",
    "affected",
    "alarm_ids",
    "call_list",
    "card_of",
    "closed_since",
    "cover_gaps",
    "duty_list",
    "duty_now",
    "file_of",
    "incident",
    "left_out",
    "left_out_counts",
    "lock_alarms",
    "log_rows",
    "may_name",
    "members",
    "newest_log_id",
    "on_duty",
    "queue",
    "read_question",
    "rows_of",
    "search",
    "skipped_steps",
    "waiting_counts",
    "where",
]
