"""What the clock looks after, one file each. Rows say what is due; every function may be called as
often as one likes, and does each thing once.

``heard_until`` is the instant up to which everything received has been carried into the database.
What did not come can only be judged up to there: a deadline that passed while we were deaf, or
behind, waits until we have caught up.
"""
