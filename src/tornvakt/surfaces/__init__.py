"""The doors. Pages stand here and not in the rooms, because one page shows several rooms."""
