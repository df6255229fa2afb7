"""What happened, as rows in the transaction that made it, and what is to follow from it.

A room announces a fact with `outbox.publish`; `flow.py` says with `bus.at_once` and `bus.later`
what the fact sets going. Rows are the truth; `wake.py` only tells other processes that there is
something new to read, and `pulse.py` that the way from the receiver hither is open.
"""
