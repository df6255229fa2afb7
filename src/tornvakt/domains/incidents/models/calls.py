"""Telephone calls to the centre."""

from django.conf import settings
from django.db import models

from tornvakt.domains.incidents.models.incident import Incident
from tornvakt.domains.incidents.outcomes import CallKind, Route
from tornvakt.domains.sites.models import Site


class Call(models.Model):
    """Somebody rang the centre (samtal): what they told and where they were sent.

    Nothing is recorded in sound. The caller's number is asked for only when it is needed.
    """

    at = models.DateTimeField()
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    phone = models.CharField(max_length=40, default="", blank=True)
    kind = models.CharField(max_length=20, choices=CallKind.choices)
    place = models.CharField(max_length=200, default="", blank=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, related_name="+")
    route = models.CharField(max_length=8, choices=Route.choices)
    text = models.TextField(default="", blank=True)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, null=True, related_name="calls"
    )

    class Meta:
        indexes = [models.Index(fields=["-at"], name="call_newest")]
