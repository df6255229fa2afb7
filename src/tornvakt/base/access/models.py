"""People who sign in, and the one-time links that let them in the first time."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does in the house (roll). What a role may do stands in the rooms' policies."""

    OPERATOR = "operator", _("Operator")  # larmoperatör
    SHIFT_LEADER = "shift_leader", _("Shift leader")  # skiftledare
    GUARD = "guard", _("Guard")  # väktare, ordningsvakt
    GROUP_LEADER = "group_leader", _("Group leader")  # gruppledare
    COORDINATOR = "coordinator", _("Coordinator")  # samordnare
    PLANNER = "planner", _("Planner")  # planerare
    ANALYST = "analyst", _("Analyst")  # analytiker
    CONTROLLER = "controller", _("Controller")  # ekonom, controller
    REGISTRAR = "registrar", _("Registrar")  # registrator
    LOG_REVIEWER = "log_reviewer", _("Log reviewer")  # loggranskare
    TECHNICIAN = "technician", _("Technician")  # fastighetstekniker
    SYSADMIN = "sysadmin", _("System administrator")  # systemadministratör


class Theme(models.TextChoices):
    """How a page looks."""

    AUTO = "auto", _("As the computer")
    DARK = "dark", _("Dark")
    LIGHT = "light", _("Light")


class User(AbstractUser):
    """A person with an account (användare).

    ``call_name`` is what colleagues see ("Op 2"); the person's own name stays out of the desk.
    """

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.OPERATOR)
    call_name = models.CharField(max_length=30)
    language = models.CharField(
        max_length=2, choices=[("sv", "Svenska"), ("en", "English")], default="sv"
    )
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)

    REQUIRED_FIELDS = ["call_name"]

    def __str__(self) -> str:
        return self.call_name


class Invitation(models.Model):
    """A one-time link for a new account (inbjudan). Only a digest of its token is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
