"""The commands: `./tornvakt WORD`. They stand one step above the other doors.

Each command lives in a module of its own and is imported when it is asked for, so that `receive`
never waits for Django and `signals` works with the database away. `app.py` is the table of
contents.
"""
