"""Nödläge: what still works while the database is away. Files only; needs no Django.

* ``tickets``: who is on shift, signed when the shift was begun, so that nobody need be asked.
* ``places``: where the accounts are, a sealed copy of what the register says.
* ``notes``: what was noted meanwhile, signed lines that are carried into the database afterwards.

The alarms themselves come straight from the receiver's inbox (`base/inbox`).
"""
