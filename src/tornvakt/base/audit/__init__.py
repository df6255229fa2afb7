"""The audit log (granskningsloggen): who wrote and who read, in a form a stranger can check.

A row stands in the same transaction as the change it tells of, can be added and never changed, and
holds ids and codes, never names or free text. One sequencer numbers the rows as leaves of an
RFC 9162 Merkle tree; a signed checkpoint each minute is kept beside the database and elsewhere, and
a signed head (``head``) says beside it how long the log is right now.
The bytes of it all are described in ``docs/reference/granskningsloggens-format.md``.

* ``log``: what the rooms and doors call. ``selectors``: what the reviewer's page asks.
* ``canonical``: the bytes of an entry. ``tree``: the Merkle tree. ``sequencer``: the numbering.
* ``spool``: reads of the alarm room that the database could not take just then.
"""
