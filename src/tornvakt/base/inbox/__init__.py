"""The receiver's durable inbox (inkorgen; on the command line ``journal``).

What a transmitter sent is acknowledged when its row here is on the disk, never before. One
process writes, through one thread, in an SQLite file that needs no Django; others read beside it.
Rows are chained by SHA-256, sealed by signature each minute, and a watermark names a rolled-back
file. The format is described byte for byte in ``docs/reference/inkorgens-format.md``.

* ``journal``: the writer. ``reader``: everybody else. ``entries``: what a row is.
* ``enrolment``: which transmitters we know, and their keys, sealed under ``keys``.
* ``paths``: where things lie in a data directory. ``powercut``: a disk that loses what was not
  flushed, for the proofs.
"""
