"""SIA DC-09: how alarm transmitters report over IP.

``framing`` cuts a stream into checked frames, ``content`` opens them, ``replies`` answers,
``encode`` writes frames for diallers and tests, ``tokens`` says how each kind of frame is treated
and ``diagnosis`` tells a technician what a panel does wrong. The rules come from the 2007 and 2013
editions and from frames captured in the field; docs/reference/dc09.md has them in one place.
"""
