"""What a message does otherwise than the standard, in words: the reader stores a code for each."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_BLOCK = "block_"
_WORDS = {
    "account_differs": gettext_lazy("The data names another account than the header"),
    "bad_json": gettext_lazy("Field J cannot be read"),
    "bracket_after_cipher": gettext_lazy("The bracket stands after the enciphered part"),
    "broken": gettext_lazy("Not a whole frame"),
    "enciphered": gettext_lazy("Enciphered, and no key opens it"),
    "more_events": gettext_lazy("So many events that the last ones are told as one"),
    "no_account_in_data": gettext_lazy("The data names no account"),
    "no_account_mark": gettext_lazy("The account in the data lacks its #"),
    "no_brackets": gettext_lazy("The brackets are missing"),
    "odd_block": gettext_lazy("A part of the message is of an unknown kind"),
    "odd_extended": gettext_lazy("An extended field has no letter"),
    "stray_bracket": gettext_lazy("There is a bracket too many"),
    "text_after_time": gettext_lazy("There is text after the time"),
    "unclosed_bracket": gettext_lazy("The last bracket is missing"),
    "unclosed_description": gettext_lazy("A description has no end"),
    "unknown_extended": gettext_lazy("An extended field has an unknown letter"),
    "unread_part": gettext_lazy("A part of the message could not be read"),
    "unreadable_occurrence": gettext_lazy("The time it happened cannot be read"),
    "unreadable_position": gettext_lazy("The position cannot be read"),
    "unreadable_time": gettext_lazy("The time it was sent cannot be read"),
    "windows_1252": gettext_lazy("The text is in the older coding Windows-1252"),
}


def deviation(code: str) -> str:
    """Return what a stored code says, in the active language; one that is new is named."""
    if code in _WORDS:
        return str(_WORDS[code])
    if code.startswith(_BLOCK):
        return _("Part %(letter)s of the message is of an unknown kind") % {
            "letter": code.removeprefix(_BLOCK)
        }
    return _("Another deviation: %(code)s") % {"code": code}
