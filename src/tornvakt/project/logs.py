"""How lines are written to the logs: with nothing in them that opens a door."""

import logging
import re

_invitation = re.compile(r"(/inbjudan/)[^/\s?\"']+")


class DiscreetFormatter(logging.Formatter):
    """Writes a line, traceback and all, with the tokens of invitations taken out.

    Django logs the address of a request it refuses, and the address of an invitation is a key.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line to write."""
        return _invitation.sub(r"\1…", super().format(record))
