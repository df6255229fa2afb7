"""What a number may look like: the same wherever it is written, in a form or in a file."""

import re

_NUMBER = re.compile(r"[^\W_](?:[^\W_]|[ ._-])*")
_ACCOUNT = re.compile(r"[0-9A-F]{3,16}", re.IGNORECASE)


def is_number(text: str) -> bool:
    """Tell whether a place can have this number, which is a part of its address. Empty: yes."""
    return not text or _NUMBER.fullmatch(text) is not None


def is_account(text: str) -> bool:
    """Tell whether a transmitter can report under this: 3 to 16 hexadecimal digits (DC-09)."""
    return _ACCOUNT.fullmatch(text) is not None
