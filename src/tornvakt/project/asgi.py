"""What uvicorn serves: ``uvicorn tornvakt.project.asgi:application``."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
os.environ.setdefault("TORNVAKT_PROCESS", "web")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
