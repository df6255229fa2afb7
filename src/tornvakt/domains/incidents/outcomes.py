"""The codes of calls: what somebody rings about, where they are sent, how a try to ring went."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CallKind(TextChoices):
    """What somebody rings about. Each value is also the kind of the incident it opens."""

    DISTURBANCE = "disturbance", _("Disturbance")  # ordningsstörning
    THREAT = "threat", _("Threat or violence")  # hot eller våld
    BURGLARY = "burglary", _("Break-in or intruder")  # inbrott eller obehörig
    DAMAGE = "damage", _("Damage or graffiti")  # skadegörelse eller klotter
    FIRE = "fire", _("Fire or smoke")  # brand eller rök
    MEDICAL = "medical", _("Somebody needs help")  # någon behöver hjälp
    TECHNICAL = "technical", _("Something is broken")  # något är trasigt
    OTHER = "other", _("Something else")  # annat


class Route(TextChoices):
    """Where the caller is sent."""

    EMERGENCY = "112", _("112: danger to life or a crime going on")
    POLICE = "11414", _("114 14: report a crime that is over")
    TLC = "tlc", _("We deal with it")
    FAULT = "fault", _("Fault report")  # felanmälan


CALL_PRIORITY = {
    CallKind.THREAT: 1,
    CallKind.FIRE: 1,
    CallKind.MEDICAL: 1,
    CallKind.BURGLARY: 2,
    CallKind.DISTURBANCE: 2,
}
"""What an incident from a call begins at; every other kind at 3. A person may choose another."""


class Receiver(TextChoices):
    """Whom outside the house an incident is handed to."""

    EMERGENCY = "112", _("112 (SOS Alarm)")
    POLICE = "11414", _("The police, 114 14")
    RESCUE = "rescue", _("The rescue services")  # räddningstjänsten
    OTHER = "other", _("Somebody else")


class Outcome(TextChoices):
    """How a try to ring somebody went."""

    ANSWERED = "answered", _("Answered")  # svarade
    BUSY = "busy", _("Busy")  # upptaget
    NO_ANSWER = "no_answer", _("No answer")  # inget svar
    WRONG_NUMBER = "wrong_number", _("Wrong number")  # fel nummer
    REFUSED = "refused", _("Said no")  # avböjde
