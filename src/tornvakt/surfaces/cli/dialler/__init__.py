"""Our own DC-09 panel (larmsändare), in two builds.

``panel`` behaves like a good transmitter: it retries until it is acknowledged, corrects its clock
from a NAK and never uses a sequence number for other content. ``engine`` behaves like a thousand
of them and costs as little as possible for each frame, because it shares the machine with the
receiver it measures. Both keep what was acknowledged and how long it took, so that a proof can
compare it with the inbox.
"""
