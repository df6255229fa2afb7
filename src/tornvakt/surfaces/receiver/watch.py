"""The installation's own panel.

The parent process reports to the receiver as a panel does, over the wire, so that what it
proves is the whole path and not a shortcut. Its account is only believed from this machine.
"""

WATCH_ACCOUNT = "FFFFFFFFFFFFFFF0"
"""The account of the watchdog; no real panel uses the end of the longest number range."""

PULSE_CODE = b"RP"
"""An SIA periodic test from the watchdog moves the pulse; anything else is an ordinary signal."""
