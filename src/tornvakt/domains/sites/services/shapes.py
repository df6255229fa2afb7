"""What a number or a point may be: the same wherever it is written, in a form or in a file."""

import re

_NUMBER = re.compile(r"[^\W_](?:[^\W_]|[ ._-])*")
_LATITUDES, _LONGITUDES = (55.0, 69.2), (10.5, 24.3)
"""Sweden, in degrees of WGS 84: from Smygehuk to Treriksröset, from Stora Drammen to Kataja."""
_ACCOUNT = re.compile(r"[0-9A-F]{3,16}", re.IGNORECASE)


def is_number(text: str) -> bool:
    """Tell whether a place can have this number, which is a part of its address. Empty: yes."""
    return not text or _NUMBER.fullmatch(text) is not None


def is_in_sweden(latitude: float, longitude: float) -> bool:
    """Tell whether a point lies about there; latitude and longitude swapped never do."""
    return (
        _LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]
    )


def is_account(text: str) -> bool:
    """Tell whether a transmitter can report under this: 3 to 16 hexadecimal digits (DC-09)."""
    return _ACCOUNT.fullmatch(text) is not None
