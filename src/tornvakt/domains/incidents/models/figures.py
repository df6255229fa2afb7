"""The settings that figures are judged by: limits and prices, each from a day on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FigureName(models.TextChoices):
    """What may be set. The value is a whole number of seconds, or kronor."""

    FIRST_URGENT = "first_urgent", _("First limit for taking an urgent incident, seconds")
    LAST_URGENT = "last_urgent", _("Last limit for taking an urgent incident, seconds")
    FIRST_OTHER = "first_other", _("First limit for taking another alarm, seconds")
    LAST_OTHER = "last_other", _("Last limit for taking another alarm, seconds")
    FALSE_PRICE = "false_price", _("Price of a false alarm, kronor without VAT")


class FigureSetting(models.Model):
    """One limit or price, in force from a day until the next of its name. Never changed.

    A month is judged by what was in force on its days, whenever it is looked at. Of two rows for
    the same day the one that was set last holds.
    """

    name = models.CharField(max_length=20, choices=FigureName.choices)
    value = models.DecimalField(max_digits=9, decimal_places=2)
    from_on = models.DateField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="figure_setting_is_not_negative")
        ]
        indexes = [models.Index(fields=["name", "from_on"], name="figure_setting_of_day")]
