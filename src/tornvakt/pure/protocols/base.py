"""What every wire format has in common: who sent it.

A codec in this package turns bytes into messages and back. It holds no socket, no clock and no
file; what it needs of those comes in as an argument, so that the same bytes always mean the same.
"""

from typing import TypeAlias

Account: TypeAlias = str
"""The number a transmitter (larmsändare) reports under: 3 to 16 hexadecimal digits, upper case.

A frame with a right checksum and an odd account is kept all the same; then this is whatever the
transmitter wrote, as printable text, and the frame carries the flag ``odd_account``.
"""
