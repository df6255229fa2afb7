"""The SQLite database backend: Django's own, on a SQLite library new enough to trust."""
