"""How lines are written to the logs: with nothing in them that opens a door."""

import copy
import logging
import re

_invitation = re.compile(r"(/inbjudan/)[^/\s?\"']+")


class DiscreetFormatter(logging.Formatter):
    """Writes a line, traceback and all, with the tokens of invitations taken out.

    Django logs the address of a request it refuses, and the address of an invitation is a key.
    What it refuses because of how it was sent (a strange host, too many fields) is one line: where
    in Django that was noticed helps nobody, and anybody can send such things all day.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line to write."""
        if record.name.startswith("django.security.") and record.exc_info:
            record = copy.copy(record)
            record.exc_info = record.exc_text = None
        return _invitation.sub(r"\1…", super().format(record))
