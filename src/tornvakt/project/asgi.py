"""What uvicorn serves: ``uvicorn tornvakt.project.asgi:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
os.environ.setdefault("TORNVAKT_PROCESS", "web")

import django

from tornvakt.project.lanes import Handler

os.umask(0o077)  # what we store is for this account alone, wherever the directory stands
django.setup(set_prefix=False)

application = Handler()
