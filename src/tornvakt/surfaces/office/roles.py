"""``/roller/``: how far each role reaches into each compartment, and which actions that opens."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tornvakt.base.access import policy
from tornvakt.base.access.compartments import WITHOUT_STANDING, Compartment, table
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import Role
from tornvakt.surfaces.office.action_words import may
from tornvakt.surfaces.office.role_words import level_name, room_name


@require_safe
@requires("access.roles_view")
def roles(request: HttpRequest) -> HttpResponse:
    """The table, and under it the actions of every compartment with the roles they name."""
    rooms = [room for room in Compartment if room is not Compartment.PUB]
    known = [policy.described(name) for name in sorted(policy.actions())]
    context = {
        "rooms": [(room.value, room_name(room)) for room in rooms],
        "rows": [
            {
                "code": role.value,
                "name": role.label,
                "cells": [
                    {
                        "room": room_name(room),
                        "level": level_name(table()[role.value][room]),
                        "is_in": table()[role.value][room] not in WITHOUT_STANDING,
                    }
                    for room in rooms
                ],
            }
            for role in Role
        ],
        "actions": [
            {
                "room": room_name(room),
                "lines": [
                    {"name": may(each.name), "roles": [Role(r).label for r in sorted(each.allowed)]}
                    for each in known
                    if each.room is room
                ],
            }
            for room in rooms
            if any(each.room is room for each in known)
        ],
    }
    return render(request, "office/roles.html", context)
