"""What leaves the house by itself: e-mail, webhooks and text messages (utskick).

A row a message, written in the transaction of whatever makes it needed. A thread for each channel
sends what is due, so that one that hangs delays no other (promise P19). At least once: each message
carries a key by which a receiver can tell that it has had it.
"""
