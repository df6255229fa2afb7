"""What is answered before Django's middleware: it needs no session, and no database.

A database that hangs takes every lane with it. What an alarm centre cannot be without then goes
past them: the desks' answers (`windows`) and the emergency mode (`nodlage`).
"""

from typing import Any

from tornvakt.project.lanes import Handler
from tornvakt.surfaces.console import nodlage, windows

ANSWER = "/larm/narvaro/"


class Front(Handler):
    """The web's application."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer what needs no database here, and hand over the rest."""
        if scope["type"] == "http" and scope["path"] == ANSWER:
            await windows.answer(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(nodlage.PREFIX):
            await nodlage.answer(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)
