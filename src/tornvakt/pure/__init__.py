"""Rules without Django, without input and output, without a clock: the time is passed in."""
