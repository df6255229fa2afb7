"""Log control (loggkontroll): recurring spot checks of the audit log, with an outcome for each.

A reviewer draws a random sample of what people did and read in a room, looks at each entry and
writes what it was: in order, asked about, or not in order. Nobody reviews their own entries, and
an outcome is added, never changed. Where the rule comes from: health care has to do recurring,
documented checks of its logs (HSLF-FS 2016:40, 4 kap. 9 §). That social services have to since
2026-02-01 we know at second hand only.

* ``services``: ``draw``, ``judge``. ``selectors``: what the pages ask.
"""
