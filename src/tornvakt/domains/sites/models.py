"""Tables of the premises. The transmitter's key is not here: the receiver owns it."""

from django.db import models


class Customer(models.Model):
    """Whose premises we watch (kund): a municipality, a housing company."""

    name = models.CharField(max_length=120, unique=True)
    is_fictional = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A protected place (larmobjekt), with its point in WGS 84 degrees."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="sites")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, default="")
    address = models.CharField(max_length=200, default="")
    district = models.CharField(max_length=80, default="")
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_fictional = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="site_name_is_unique"),
            models.CheckConstraint(
                # Spelled out: a comparison with NULL is neither true nor false, and would pass.
                condition=models.Q(latitude__isnull=True, longitude__isnull=True)
                | models.Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="site_point_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Transmitter(models.Model):
    """The device that sends (larmsändare), known by its account (kontonummer)."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="transmitters")
    account = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120, default="")

    def __str__(self) -> str:
        return self.account


class Zone(models.Model):
    """One detector or group of detectors of a transmitter (zon), by the number it sends."""

    transmitter = models.ForeignKey(Transmitter, on_delete=models.CASCADE, related_name="zones")
    number = models.CharField(max_length=16)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transmitter", "number"], name="zone_number_is_unique")
        ]

    def __str__(self) -> str:
        return self.name
