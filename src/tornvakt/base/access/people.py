"""Who asks, and what roles they hold: one question to the database at every request, not two."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from tornvakt.base.access.models import RoleHolding, User


class People(ModelBackend):
    """Django's own sign-in by user name and password."""

    def get_user(self, user_id: Any) -> User | None:
        """Return a person who may sign in, with the roles at hand; None for nobody.

        Somebody without any role is looked for as Django does.
        """
        held = RoleHolding.objects.filter(user=user_id).select_related("user")
        if not held:
            found = super().get_user(user_id)
            return found if isinstance(found, User) else None
        person = held[0].user
        # Where Django keeps what was fetched ahead; `forget_roles` throws it away.
        person.__dict__.setdefault("_prefetched_objects_cache", {})["holdings"] = held
        return person if self.user_can_authenticate(person) else None
