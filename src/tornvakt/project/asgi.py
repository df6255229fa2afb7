"""What uvicorn serves: ``uvicorn tornvakt.project.asgi:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
os.environ.setdefault("TORNVAKT_PROCESS", "web")

from django.core.asgi import get_asgi_application

os.umask(0o077)  # what we store is for this account alone, wherever the directory stands
application = get_asgi_application()
