"""Attachments (bilagor): kept outside the web root, enciphered, named by a keyed content hash.

Whatever is sent in is looked at, never believed: the kind follows from the bytes, pictures are
drawn anew without what the camera wrote beside them, and only kinds we know are kept. A file is
shown only by a view with a policy; ``serving`` gives it headers under which no browser runs it.

* ``services``: ``store``. ``selectors``: ``open_stored``. ``vault``: the enciphered content.
* ``sniffing``, ``pictures``: what is let in, and how.
"""
