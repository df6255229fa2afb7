"""What uvicorn serves: ``uvicorn tornvakt.project.asgi:application``."""

import importlib
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
os.environ.setdefault("TORNVAKT_PROCESS", "web")

import django

os.umask(0o077)  # what we store is for this account alone, wherever the directory stands
django.setup(set_prefix=False)

# Only now: the front knows the desks, and they know the tables.
application = importlib.import_module("tornvakt.project.front").Front()
